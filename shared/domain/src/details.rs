//! What is kept of an object and given back as it came, and means nothing to us.

/// Defines a structure of members that may all be absent, as it is kept and as a change states it.
macro_rules! details {
    ($(#[$doc:meta])+ $name:ident { $($(#[$member_doc:meta])+ $member:ident: $type:ty,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $(
                $(#[$member_doc])+
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $member: Option<$type>,
            )+
        }

        impl $name {
            /// Sets the members that are stated.
            pub(crate) fn set(&mut self, stated: Self) {
                $($crate::change::set_some(&mut self.$member, stated.$member);)+
            }
        }
    };
}

pub(crate) use details;
