//! Why a template cannot be served on one machine.

/// What is in the template and cannot be honoured.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML.
    #[error("it is not well-formed YAML")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// One of the templates is at fault.
    #[error("{template}: {fault}")]
    Within {
        /// Its path.
        template: String,
        /// What is at fault.
        fault: Box<TemplateError>,
    },
    /// A part's template is not there.
    #[error("there is no template {0}, although template.yaml deploys it")]
    NoTemplate(String),
    /// A part's template is there, and nobody deploys it.
    #[error("no AWS::Serverless::Application of template.yaml deploys {0}")]
    NotDeployed(String),
    /// Something necessary is absent.
    #[error("{place} lacks {what}")]
    Missing {
        /// Where in the template.
        place: String,
        /// What should be there.
        what: &'static str,
    },
    /// A value is there but is not understood.
    #[error("{place} is not understood: {reason}")]
    NotUnderstood {
        /// Where in the template.
        place: String,
        /// Why, in words.
        reason: String,
    },
    /// A reference leads to nothing that exists on one machine.
    #[error("{place} refers to `{reference}`, which is nothing that the local bundle stands in for")]
    Unresolved {
        /// Where in the template.
        place: String,
        /// The name referred to.
        reference: String,
    },
    /// A resource of a kind that the local bundle does not serve.
    #[error("the resource {name} is an {kind}, which the local bundle cannot serve")]
    UnknownResource {
        /// Its logical id.
        name: String,
        /// Its type.
        kind: String,
    },
    /// A function listens to something that the local bundle does not deliver.
    #[error("the function {function} is triggered by {event} of type {kind}, which the local bundle cannot deliver")]
    UnknownEvent {
        /// The function's logical id.
        function: String,
        /// The event's name in the template.
        event: String,
        /// Its type.
        kind: String,
    },
}

impl TemplateError {
    /// The same, with the path of the template that is at fault.
    pub(super) fn within(self, template: &str) -> Self {
        Self::Within { template: template.to_owned(), fault: Box::new(self) }
    }
}
