//! What the first row says of the others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    Dialect, LineFault, Refusal, cell,
    columns::{self, Kind, OPEN, folded},
};

/// The columns of a file.
#[derive(Debug)]
pub(crate) struct Layout {
    names: Vec<String>,
    targets: Vec<Option<Target>>,
}

/// Where the cells of a column go.
#[derive(Debug, Clone)]
struct Target {
    path: Vec<Step>,
    kind: Kind,
    /// The name of the property whose value they are, in the accounts dialect.
    property: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Member(String),
    Item(usize),
}

/// The columns of a dialect by what their names are recognised by.
struct Known {
    dialect: Dialect,
    named: BTreeMap<String, Target>,
}

impl Known {
    fn of(dialect: Dialect) -> Self {
        let mut named = BTreeMap::new();
        for column in columns::all(dialect) {
            let step = |part: &str| part.parse().map_or_else(|_| Step::Member(part.to_owned()), Step::Item);
            let path = column.path.split('.').map(step).collect();
            let target = Target { path, kind: column.kind, property: None };
            named.insert(folded(&column.path), target.clone());
            named.insert(folded(&column.name), target);
        }
        Self { dialect, named }
    }

    fn target(&self, name: &str) -> Option<Target> {
        self.named.get(&folded(name)).cloned().or_else(|| self.open(name))
    }

    /// A column of what an organisation names itself; `:number` and `:boolean` after the name say what it holds.
    fn open(&self, name: &str) -> Option<Target> {
        let (beginning, rest) = name.split_at_checked(OPEN.len())?;
        if !columns::has_open(self.dialect) || !beginning.eq_ignore_ascii_case(OPEN) {
            return None;
        }
        let (key, kind) = match rest.rsplit_once(':') {
            Some((key, "number")) => (key, Kind::Number),
            Some((key, "boolean")) => (key, Kind::Flag),
            _ => (rest, Kind::Text),
        };
        let key = (!key.is_empty()).then(|| key.to_owned())?;
        let property = (self.dialect == Dialect::Accounts).then(|| key.clone());
        Some(Target { path: vec![Step::Member("properties".into()), Step::Member(key)], kind, property })
    }
}

impl Layout {
    /// Of the names in the first row.
    ///
    /// # Errors
    /// There are names that mean nothing, or that mean the same: all of them.
    pub(crate) fn of(dialect: Dialect, names: Vec<String>) -> Result<Self, Refusal> {
        let known = Known::of(dialect);
        let targets: Vec<_> = names.iter().map(|name| known.target(name)).collect();
        let stated = || names.iter().zip(&targets).filter(|(name, _)| !name.is_empty());
        let unknown: Vec<_> = stated().filter(|(_, target)| target.is_none()).map(|(name, _)| name.clone()).collect();
        if !unknown.is_empty() {
            return Err(Refusal::UnknownColumns(unknown));
        }
        let mut seen = BTreeSet::new();
        let repeated: Vec<_> = stated()
            .filter(|(_, target)| target.as_ref().is_some_and(|target| !seen.insert(target.path.clone())))
            .map(|(name, _)| name.clone())
            .collect();
        if repeated.is_empty() { Ok(Self { names, targets }) } else { Err(Refusal::RepeatedColumns(repeated)) }
    }

    /// How many of the names mean something.
    pub(crate) fn recognised(dialect: Dialect, names: &[String]) -> usize {
        let known = Known::of(dialect);
        names.iter().filter(|name| known.target(name).is_some()).count()
    }

    /// The names, as they stand.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The body that a row is. Cells that it lacks are empty, and what is empty is not in the body.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn body(&self, cells: &[&str]) -> Result<String, Vec<LineFault>> {
        let mut faults = Vec::new();
        let mut filled = Vec::new();
        for (i, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match self.targets.get(i).and_then(Option::as_ref) {
                Some(target) => filled.push((i, target, *cell)),
                None if faults.iter().any(|fault: &LineFault| fault.code == "cell_without_column") => {}
                None => faults.push(LineFault::new(
                    "cell_without_column",
                    format!(
                        "cell {} has a value and no column; is there a separator too many, or a quotation mark missing?",
                        i + 1
                    ),
                )),
            }
        }
        // The meters that a row has close up, whichever columns they are in.
        let meters: BTreeSet<_> = filled.iter().filter_map(|(_, target, _)| meter(&target.path)).collect();
        let mut body = Value::Object(Map::new());
        for (i, target, text) in filled {
            let mut path = target.path.clone();
            if let Some(number) = meter(&path) {
                let position = meters.range(..number).count();
                path.iter_mut().skip(METER).take(1).for_each(|step| *step = Step::Item(position));
            }
            match cell::value(target.kind, text) {
                Ok(value) => insert(&mut body, &path, target.shaped(value)),
                Err(fault) => {
                    faults.push(LineFault { path: Some(pointer(&path)), column: self.names.get(i).cloned(), ..fault });
                }
            }
        }
        if faults.is_empty() { Ok(body.to_string()) } else { Err(faults) }
    }
}

impl Target {
    fn shaped(&self, value: Value) -> Value {
        match &self.property {
            Some(name) => serde_json::json!({ "keyName": name, "dataValue": value }),
            None => value,
        }
    }
}

/// Where in a path the number of the meter stands: `installation_info.0.meters.<number>`.
const METER: usize = 3;

/// The number of the meter that a path leads into.
fn meter(path: &[Step]) -> Option<usize> {
    match path.get(METER) {
        Some(Step::Item(number)) => Some(*number),
        _ => None,
    }
}

fn insert(at: &mut Value, path: &[Step], leaf: Value) {
    let Some((step, rest)) = path.split_first() else {
        *at = leaf;
        return;
    };
    match step {
        Step::Member(name) => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            if let Some(members) = at.as_object_mut() {
                insert(members.entry(name.clone()).or_insert(Value::Null), rest, leaf);
            }
        }
        Step::Item(position) => {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            if let Some(items) = at.as_array_mut() {
                if items.len() <= *position {
                    items.resize(position + 1, Value::Null);
                }
                items.iter_mut().skip(*position).take(1).for_each(|item| insert(item, rest, leaf.clone()));
            }
        }
    }
}

/// A path as a JSON Pointer (RFC 6901 §3).
fn pointer(path: &[Step]) -> String {
    let part = |step: &Step| match step {
        Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Step::Item(position) => format!("/{position}"),
    };
    path.iter().map(part).collect()
}
