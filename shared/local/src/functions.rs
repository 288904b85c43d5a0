//! The functions, all in one process: which are linked in, how each starts, and how one is invoked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use wattbook_api::{Entry, Environment, Function, Services};
use wattbook_store::Usage;

use crate::{
    error::{InvokeError, LocalError},
    store_access::StoreAccess,
    template::{FunctionDefinition, Template, Trigger, resolve_secrets},
};

/// The functions by their folders.
pub static FOLDERS: &[(&str, &[&Function])] = &[
    ("access", wattbook_functions_access::FUNCTIONS),
    ("accounts", wattbook_functions_accounts::FUNCTIONS),
    ("connectors", wattbook_functions_connectors::FUNCTIONS),
    ("consent", wattbook_functions_consent::FUNCTIONS),
    ("contract", wattbook_functions_contract::FUNCTIONS),
    ("customers", wattbook_functions_customers::FUNCTIONS),
    ("events", wattbook_functions_events::FUNCTIONS),
    ("imports", wattbook_functions_imports::FUNCTIONS),
    ("inbound", wattbook_functions_inbound::FUNCTIONS),
    ("invoices", wattbook_functions_invoices::FUNCTIONS),
    ("onboarding", wattbook_functions_onboarding::FUNCTIONS),
    ("provisioning", wattbook_functions_provisioning::FUNCTIONS),
    ("reference", wattbook_functions_reference::FUNCTIONS),
    ("registration", wattbook_functions_registration::FUNCTIONS),
    ("webhooks", wattbook_functions_webhooks::FUNCTIONS),
];

/// Every function there is. One that the template lacks is a start-up error.
pub static FUNCTIONS: LazyLock<Vec<&Function>> =
    LazyLock::new(|| FOLDERS.iter().flat_map(|(_, functions)| functions.iter().copied()).collect());

struct Running {
    function: &'static Function,
    services: Services,
}

/// The functions, ready to be invoked.
pub(crate) struct Functions {
    running: BTreeMap<String, Arc<Running>>,
    /// The function's id by its logical id; the first part's where several have one.
    logical_ids: BTreeMap<String, String>,
    /// A place for each invocation that may run at the same time.
    places: Arc<Semaphore>,
}

/// How many invocations run at the same time; further ones wait for a place. The embedded store
/// takes one transaction after the other: a crowd in front of it would only turn into time-outs,
/// which are set for DynamoDB.
const CONCURRENCY: usize = 32;

impl Functions {
    /// Starts every function of `template`, which are `known`, with the environment that it gives them. Queues are
    /// reached at the `gateway`.
    pub(crate) fn start(
        known: &[&'static Function],
        template: &Template,
        secrets: &BTreeMap<String, String>,
        store: &StoreAccess,
        gateway: &str,
    ) -> Result<Self, LocalError> {
        check(template, known)?;
        let mut functions = Self {
            running: BTreeMap::new(),
            logical_ids: BTreeMap::new(),
            places: Arc::new(Semaphore::new(CONCURRENCY)),
        };
        for definition in &template.functions {
            let function = linked(&definition.name, known)?;
            let environment = environment(definition, secrets, store, gateway)?;
            let services = function
                .start(&environment)
                .map_err(|source| LocalError::FunctionStart { function: function.name, source })?;
            functions.running.insert(definition.id.clone(), Arc::new(Running { function, services }));
            functions.logical_ids.entry(definition.logical_id.clone()).or_insert_with(|| definition.id.clone());
        }
        Ok(functions)
    }

    /// Invokes the function of that name or logical id.
    pub(crate) async fn invoke(
        &self,
        name: &str,
        event: Box<RawValue>,
        request_id: &str,
    ) -> Result<Box<RawValue>, InvokeError> {
        let name = self.logical_ids.get(name).map_or(name, String::as_str);
        let running = self.running.get(name).cloned().ok_or_else(|| InvokeError::Unknown(name.to_owned()))?;
        let (function, request_id) = (running.function.name, request_id.to_owned());
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| InvokeError::Lost(function))?;
        // A task of its own, as Lambda runs on when the caller has hung up.
        let task = async move {
            let _place = place;
            running.function.invoke(&running.services, &event, &request_id).await
        };
        tokio::spawn(task).await.map_err(|_| InvokeError::Lost(function))?.map_err(InvokeError::Failed)
    }

    /// What the function of that name has used of the store since it was started.
    pub(crate) fn usage(&self, name: &str) -> Usage {
        self.running.get(name).map(|running| running.services.usage()).unwrap_or_default()
    }
}

fn linked(name: &str, functions: &[&'static Function]) -> Result<&'static Function, LocalError> {
    let found = functions.iter().find(|function| function.name == name);
    found.copied().ok_or_else(|| LocalError::NotLinked(name.to_owned()))
}

/// The template and the crates name the same functions, reached in the same ways.
fn check(template: &Template, functions: &[&'static Function]) -> Result<(), LocalError> {
    let deciding = template.authorizer_functions();
    for definition in &template.functions {
        check_entry(definition, linked(&definition.name, functions)?, &deciding)?;
    }
    let known = |name: &str| template.left_out.contains(name) || template.functions.iter().any(|it| it.name == name);
    match functions.iter().find(|function| !known(function.name)) {
        Some(function) => Err(LocalError::NotInTemplate(function.name)),
        None => Ok(()),
    }
}

fn check_entry(
    definition: &FunctionDefinition,
    function: &'static Function,
    deciding: &BTreeSet<&str>,
) -> Result<(), LocalError> {
    let routed = !definition.routes.is_empty();
    let authorizes = deciding.contains(function.name);
    match (&function.entry, &definition.trigger) {
        (Entry::Stream(_), Some(Trigger::Stream(_)))
        | (Entry::Queue(_), Some(Trigger::Queue(_)))
        | (Entry::Schedule(_), Some(Trigger::Schedule(_)))
            if !routed && !authorizes =>
        {
            return Ok(());
        }
        (Entry::Stream(_) | Entry::Queue(_) | Entry::Schedule(_), _) | (_, Some(_)) => {
            let fault = "does not agree with the template on which stream, queue or clock calls it, and nothing else";
            return Err(LocalError::Entry { function: function.name, fault });
        }
        _ => {}
    }
    let asked = definition.routes.iter().any(|route| route.authorizer.is_some());
    let open = definition.routes.iter().any(|route| route.authorizer.is_none());
    let fault = match (&function.entry, routed, authorizes) {
        (Entry::Http { .. } | Entry::Personal { .. }, true, _) if open => {
            "is for known callers, but a route to it asks nobody who calls"
        }
        (Entry::Open { .. }, true, _) if asked => "is open to anybody, but a route to it asks who calls",
        (Entry::Http { .. } | Entry::Personal { .. } | Entry::Open { .. }, false, _) => {
            "answers HTTP requests, but no route of the template leads to it"
        }
        (Entry::Http { .. } | Entry::Personal { .. } | Entry::Open { .. }, _, true) => {
            "answers HTTP requests, but is an authorizer in the template"
        }
        (Entry::Authorizer(_), _, false) => "is an authorizer, but no API of the template names it as one",
        (Entry::Authorizer(_) | Entry::Direct(_), true, _) => "answers no HTTP requests, but a route leads to it",
        (Entry::Direct(_), _, true) => "is invoked directly, but is an authorizer in the template",
        _ => return Ok(()),
    };
    Err(LocalError::Entry { function: function.name, fault })
}

fn environment(
    definition: &FunctionDefinition,
    secrets: &BTreeMap<String, String>,
    store: &StoreAccess,
    gateway: &str,
) -> Result<Environment, LocalError> {
    let place = format!("Resources.{}.Environment", definition.logical_id);
    let of_template = definition
        .environment
        .iter()
        .map(|(name, value)| Ok((name.clone(), resolve_secrets(value, secrets, &place)?)))
        .collect::<Result<Vec<_>, LocalError>>()?;
    let own = [
        ("AWS_LAMBDA_FUNCTION_NAME", definition.name.as_str()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", gateway),
        ("AWS_ENDPOINT_URL_S3", gateway),
        ("AWS_ENDPOINT_URL_SQS", gateway),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(of_template.into_iter().chain(store.environment()).chain(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{QueueTrigger, SOURCES, ScheduleTrigger, Surroundings};

    fn template(sources: &[(&str, &str)]) -> Template {
        let surroundings = Surroundings {
            region: "r".into(),
            table_name: "wattbook".into(),
            event_bus: "memory".into(),
            address: "http://127.0.0.1:3000".into(),
            parameters: BTreeMap::new(),
        };
        Template::read(sources, &surroundings).unwrap()
    }

    #[test]
    fn the_template_and_the_crates_agree() {
        check(&template(SOURCES), &FUNCTIONS).unwrap();
    }

    #[test]
    fn a_function_that_one_side_lacks_is_named() {
        let rename = |(path, source): &(_, &str)| (*path, source.replace("ProvisionAccount", "ProvisionSite"));
        let renamed: Vec<(&str, String)> = SOURCES.iter().map(rename).collect();
        let renamed: Vec<_> = renamed.iter().map(|(path, source)| (*path, source.as_str())).collect();
        assert!(matches!(
            check(&template(&renamed), &FUNCTIONS),
            Err(LocalError::NotLinked(name)) if name == "provision-site"
        ));
        let mut shrunk = template(SOURCES);
        shrunk.functions.retain(|function| function.name != "issue-token");
        assert!(matches!(check(&shrunk, &FUNCTIONS), Err(LocalError::NotInTemplate("issue-token"))));
    }

    #[test]
    fn a_function_without_its_route_is_refused() {
        let mut template = template(SOURCES);
        for function in &mut template.functions {
            function.routes.clear();
        }
        assert!(matches!(check(&template, &FUNCTIONS), Err(LocalError::Entry { .. })));
    }

    #[test]
    fn what_calls_a_function_is_the_same_on_both_sides() {
        let mut template = template(SOURCES);
        let publisher = template.functions.iter_mut().find(|function| function.name == "publish-changes").unwrap();
        let schedule = ScheduleTrigger { rule: "r".into(), every: std::time::Duration::from_mins(1) };
        let queue = QueueTrigger { queue: "q".into(), batch_size: 1 };
        for other in [None, Some(Trigger::Schedule(schedule)), Some(Trigger::Queue(queue))] {
            publisher.trigger = other;
            let function = linked("publish-changes", &FUNCTIONS).unwrap();
            let refused = check_entry(publisher, function, &BTreeSet::new());
            assert!(matches!(refused, Err(LocalError::Entry { function: "publish-changes", .. })));
        }
    }
}
