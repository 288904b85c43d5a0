//! How two states are compared: where they differ, by path, and in which values.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::FieldChange;
use crate::LabelPartnerCode;

/// Where two states differ.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// The paths of what differs, for events.
    pub(crate) paths: Vec<String>,
    /// The values in it.
    pub(crate) fields: Vec<FieldChange>,
    /// The brand that what is compared belongs to, before and after.
    brand: Option<LabelPartnerCode>,
}

impl Differences {
    /// Of what belongs to that brand.
    pub(super) fn of(brand: Option<LabelPartnerCode>) -> Self {
        Self { brand, ..Self::default() }
    }

    /// Takes over what differs in a part.
    pub(super) fn extend(&mut self, part: Self) {
        self.paths.extend(part.paths);
        self.fields.extend(part.fields);
    }

    pub(super) fn compare<T: PartialEq + Serialize>(&mut self, path: &str, before: &T, after: &T) {
        if before != after {
            self.paths.push(path.to_owned());
            self.values(path, Some(before), Some(after));
        }
    }

    /// The same of what is secret: its values stay untold.
    pub(super) fn compare_secret<T: PartialEq>(&mut self, path: &str, before: &T, after: &T) {
        if before != after {
            self.paths.push(path.to_owned());
            self.fields.push(FieldChange { path: path.to_owned(), brand: self.brand.clone(), from: None, to: None });
        }
    }

    /// Members of a list go by their ids. One that came or went is named itself; if those that
    /// stayed are in another order, the list is.
    pub(super) fn each<T: Serialize>(
        &mut self,
        list: &str,
        (before, after): (&[T], &[T]),
        id: impl Fn(&T) -> String,
        compare: impl Fn(&mut Self, &str, Option<&T>, Option<&T>),
    ) {
        let ids = |list: &[T]| list.iter().map(&id).collect::<Vec<_>>();
        let (ids_before, ids_after) = (ids(before), ids(after));
        // An account can have thousands of properties: nothing here may look through all of them for each.
        let was: HashSet<&str> = ids_before.iter().map(String::as_str).collect();
        let is: HashMap<&str, &T> = ids_after.iter().map(String::as_str).zip(after).collect();
        let stayed_before: Vec<_> = ids_before.iter().filter(|id| is.contains_key(id.as_str())).collect();
        let stayed_after: Vec<_> = ids_after.iter().filter(|id| was.contains(id.as_str())).collect();
        if stayed_before != stayed_after {
            self.paths.push(list.to_owned());
            let order = |ids: &[&String]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",").into();
            self.push(list.to_owned(), Some(order(&stayed_before)), Some(order(&stayed_after)));
        }
        for (member, own) in before.iter().zip(&ids_before) {
            compare(self, &format!("{list}.{own}"), Some(member), is.get(own.as_str()).copied());
        }
        for (member, own) in after.iter().zip(&ids_after).filter(|(_, own)| !was.contains(own.as_str())) {
            compare(self, &format!("{list}.{own}"), None, Some(member));
        }
    }

    /// Members of a list by their positions, which differ without being told one by one to events.
    pub(super) fn each_position<T: PartialEq + Serialize>(
        &mut self,
        list: &str,
        (before, after): (&[T], &[T]),
        brand: impl Fn(&T) -> Option<&LabelPartnerCode>,
    ) {
        if before == after {
            return;
        }
        self.paths.push(list.to_owned());
        for position in 0..before.len().max(after.len()) {
            let (was, is) = (before.get(position), after.get(position));
            let mut of_member = Self::of(common([was, is].into_iter().flatten().map(&brand)));
            of_member.values(&format!("{list}.{position}"), was, is);
            self.fields.extend(of_member.fields);
        }
    }

    /// A member that came or went.
    pub(super) fn came_or_went<T: Serialize>(&mut self, path: &str, before: Option<&T>, after: Option<&T>) {
        self.paths.push(path.to_owned());
        self.values(path, before, after);
    }

    /// The values in which something differs, each by its path.
    fn values<T: Serialize>(&mut self, path: &str, before: Option<&T>, after: Option<&T>) {
        // What is stored can be written: what could not be would be left out.
        let value = |it: Option<&T>| it.and_then(|it| serde_json::to_value(it).ok()).unwrap_or_default();
        self.differ(path, &value(before), &value(after));
    }

    fn differ(&mut self, path: &str, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(_) | Value::Null, Value::Object(_)) | (Value::Object(_), Value::Null) => {
                let (was, is) = (members(before), members(after));
                let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
                for name in names {
                    let member = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or_default();
                    self.differ(&format!("{path}.{name}"), &member(&was), &member(&is));
                }
            }
            (Value::Array(_) | Value::Null, Value::Array(_)) | (Value::Array(_), Value::Null) => {
                self.differ_in_list(path, elements(before), elements(after));
            }
            (before, after) => self.push(path.to_owned(), scalar(before), scalar(after)),
        }
    }

    /// Ids and words go and come; what has members is compared with what has its id, or its position.
    fn differ_in_list(&mut self, path: &str, before: &[Value], after: &[Value]) {
        if before.iter().chain(after).all(|element| !element.is_object() && !element.is_array()) {
            for gone in before.iter().filter(|element| !after.contains(element)) {
                self.push(path.to_owned(), scalar(gone), None);
            }
            for new in after.iter().filter(|element| !before.contains(element)) {
                self.push(path.to_owned(), None, scalar(new));
            }
            return;
        }
        let id = |element: &Value| element.get("id").and_then(Value::as_str).map(str::to_owned);
        let by_id = |list: &[Value]| list.iter().map(id).collect::<Option<Vec<_>>>();
        let keyed = |list: &[Value]| -> Map<String, Value> {
            let keys = by_id(list).filter(|ids| ids.iter().collect::<HashSet<_>>().len() == ids.len());
            let keys = keys.unwrap_or_else(|| (0..list.len()).map(|position| position.to_string()).collect());
            keys.into_iter().zip(list.iter().cloned()).collect()
        };
        self.differ(path, &Value::Object(keyed(before)), &Value::Object(keyed(after)));
    }

    fn push(&mut self, path: String, from: Option<Value>, to: Option<Value>) {
        self.fields.push(FieldChange { path, brand: self.brand.clone(), from, to });
    }
}

/// The brand that all of these are; none if they are of two.
pub(super) fn common<'b>(brands: impl IntoIterator<Item = Option<&'b LabelPartnerCode>>) -> Option<LabelPartnerCode> {
    let mut brands = brands.into_iter();
    let first = brands.next().flatten()?;
    brands.all(|brand| brand == Some(first)).then(|| first.clone())
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn scalar(value: &Value) -> Option<Value> {
    (!value.is_null()).then(|| value.clone())
}
