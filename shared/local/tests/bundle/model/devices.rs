//! Random sequences of what callers, owners and the clock do to devices, against a model of a page: after each step both
//! must have come to the same, and the table must hold exactly that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, test_runner::Config};
use reqwest::{Method, redirect::Policy};
use serde_json::{Value, json};

use crate::{
    onboarding::requests::{REQUESTS, car, path},
    support::{Running, body, send, with},
};

#[derive(Debug, Clone)]
enum Step {
    Create { device: usize, account: Option<usize>, take_over: bool },
    Agree { request: usize },
    Decline { request: usize },
    Cancel { request: usize },
    Withdraw { request: usize },
    Offboard { request: usize },
    Expire,
    Erase { account: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (account, request) = (0usize..2, 0usize..40);
    prop_oneof![
        6 => (0usize..3, prop::option::of(account.clone()), any::<bool>())
            .prop_map(|(device, account, take_over)| Step::Create { device, account, take_over }),
        5 => request.clone().prop_map(|request| Step::Agree { request }),
        1 => request.clone().prop_map(|request| Step::Decline { request }),
        2 => request.clone().prop_map(|request| Step::Cancel { request }),
        1 => request.clone().prop_map(|request| Step::Withdraw { request }),
        2 => request.prop_map(|request| Step::Offboard { request }),
        1 => Just(Step::Expire),
        1 => account.prop_map(|account| Step::Erase { account }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Succeeded { connected: bool, withdrawn: bool },
    Failed,
    Canceled,
    Erased,
}

/// A request, and what was answered when it was made.
struct Made {
    device: usize,
    account: Option<usize>,
    state: State,
    answer: Value,
}

/// Who has a device, and who is to take it over, by the numbers of their requests.
#[derive(Default, Clone, Copy)]
struct Device {
    holder: Option<usize>,
    taker: Option<usize>,
}

#[derive(Default)]
struct Model {
    made: Vec<Made>,
    devices: [Device; 3],
    /// The accounts' ids, and how often each was erased.
    accounts: Vec<(String, usize)>,
}

impl Model {
    /// The number of one of the requests there are.
    fn pick(&self, number: usize) -> Option<usize> {
        number.checked_rem(self.made.len())
    }

    /// Ends a request, or the entity that it became, in a state: its device is free of it.
    fn end(&mut self, number: usize, state: State) {
        let made = &mut self.made[number];
        made.state = state;
        let device = &mut self.devices[made.device];
        device.holder = device.holder.filter(|holder| *holder != number);
        device.taker = device.taker.filter(|taker| *taker != number);
    }

    /// A request becomes an entity, and takes its device from whoever has it.
    fn connect(&mut self, number: usize) {
        let device = self.made[number].device;
        if let Some(holder) = self.devices[device].holder.filter(|holder| *holder != number) {
            let lost = match self.made[holder].state {
                State::Pending => State::Failed,
                State::Succeeded { withdrawn, .. } => State::Succeeded { connected: false, withdrawn },
                state => state,
            };
            self.end(holder, lost);
        }
        let taker = self.devices[device].taker.filter(|taker| *taker != number);
        self.devices[device] = Device { holder: Some(number), taker };
        self.made[number].state = State::Succeeded { connected: true, withdrawn: false };
    }
}

/// What the owner of a request sends with his browser; the status, and the token of the link that he has.
async fn owner(browser: &reqwest::Client, running: &Running, link: &str, decision: &str) -> u16 {
    let path = link.split_once("/onboarding/").unwrap().1;
    let form = browser.post(running.bundle.url_of(&format!("/onboarding/{path}"))).form(&[("decision", decision)]);
    form.send().await.unwrap().status().as_u16()
}

/// Looks until a request is as it is to be: what the owner has begun may end a moment later.
async fn settled(running: &Running, made: &Made) -> bool {
    let expected = match made.state {
        State::Pending => "Pending",
        State::Succeeded { .. } => "Succeeded",
        State::Failed => "Failed",
        State::Canceled => "Canceled",
        State::Erased => "",
    };
    for _ in 0..800 {
        let found = running.get(running.admin(), &path(&made.answer)).await;
        let status = if found.status == 404 { String::new() } else { found.json()["status"].as_str().unwrap().into() };
        if status == expected {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

struct Course {
    running: Running,
    browser: reqwest::Client,
    model: Model,
}

impl Course {
    async fn new() -> Self {
        let running = Running::start().await;
        let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let mut model = Model::default();
        for account in 0..2 {
            let id = running.provisioned(running.admin(), &body(account)).await;
            model.accounts.push((id, 0));
        }
        Self { running, browser, model }
    }

    /// Takes a step, and tells what was answered and what should have been.
    async fn take(&mut self, step: &Step) -> (u16, u16) {
        match *step {
            Step::Create { device, account, take_over } => self.create(device, account, take_over).await,
            Step::Agree { request } => self.answer(request, "agree").await,
            Step::Decline { request } => self.answer(request, "decline").await,
            Step::Cancel { request } => self.cancel(request).await,
            Step::Withdraw { request } => self.withdraw(request).await,
            Step::Offboard { request } => self.offboard(request).await,
            Step::Expire => self.expire().await,
            Step::Erase { account } => self.erase(account).await,
        }
    }

    async fn create(&mut self, device: usize, account: Option<usize>, take_over: bool) -> (u16, u16) {
        let asked = with(car(&format!("WAUZZZGE1NB01234{device}")), "/takeOver", take_over);
        let asked = match account {
            Some(account) => with(asked, "/accountId", self.model.accounts[account].0.as_str()),
            None => asked,
        };
        let answer = send(self.running.post(self.running.admin(), REQUESTS, &asked)).await;
        let Device { holder, taker } = self.model.devices[device];
        let number = self.model.made.len();
        match (holder, taker, take_over) {
            (None, ..) => self.model.devices[device].holder = Some(number),
            (Some(_), None, true) => self.model.devices[device].taker = Some(number),
            _ => return (answer.status, 409),
        }
        if answer.status == 201 {
            self.model.made.push(Made { device, account, state: State::Pending, answer: answer.json() });
        }
        (answer.status, 201)
    }

    async fn answer(&mut self, request: usize, decision: &str) -> (u16, u16) {
        let Some(number) = self.model.pick(request) else { return (0, 0) };
        let made = &self.model.made[number];
        let link = made.answer["action"]["redirectLink"].as_str().unwrap();
        let status = owner(&self.browser, &self.running, link, decision).await;
        match made.state {
            State::Pending if decision == "agree" => self.model.connect(number),
            State::Pending => self.model.end(number, State::Canceled),
            State::Erased => return (status, 404),
            // He is told that the link has been used, or that the request was canceled.
            _ => return (u16::from(matches!(status, 200 | 410)), 1),
        }
        (status, 303)
    }

    async fn cancel(&mut self, request: usize) -> (u16, u16) {
        let Some(number) = self.model.pick(request) else { return (0, 0) };
        let made = &self.model.made[number];
        let answer = self.running.change(Method::DELETE, self.running.admin(), &path(&made.answer), None).await;
        match made.state {
            State::Pending => self.model.end(number, State::Canceled),
            State::Canceled => {}
            State::Erased => return (answer.status, 404),
            State::Succeeded { .. } | State::Failed => return (answer.status, 409),
        }
        (answer.status, 200)
    }

    async fn withdraw(&mut self, request: usize) -> (u16, u16) {
        let Some(number) = self.model.pick(request) else { return (0, 0) };
        let made = &self.model.made[number];
        let found = self.running.get(self.running.admin(), &path(&made.answer)).await.json();
        let is_open = matches!(made.state, State::Succeeded { withdrawn: false, .. });
        if !is_open {
            // Who has nothing to withdraw is given no link to do it.
            return (u16::from(found["action"]["type"] == "Withdrawal"), 0);
        }
        let link = found["action"]["redirectLink"].as_str().unwrap();
        let status = owner(&self.browser, &self.running, link, "withdraw").await;
        self.model.end(number, State::Succeeded { connected: false, withdrawn: true });
        (status, 303)
    }

    async fn offboard(&mut self, request: usize) -> (u16, u16) {
        let Some(number) = self.model.pick(request) else { return (0, 0) };
        let made = &self.model.made[number];
        let found = self.running.get(self.running.admin(), &path(&made.answer)).await.json();
        let nobody = json!("5f0f3c3a-7d0e-8c37-9d5e-6a3b7f1c2d90");
        let entity = found.pointer("/data/entity/id").unwrap_or(&nobody);
        let asked = json!({ "entityId": entity });
        let answer = send(self.running.post(self.running.admin(), "/offboarding/entities", &asked)).await;
        match made.state {
            State::Succeeded { connected: true, withdrawn } => {
                self.model.end(number, State::Succeeded { connected: false, withdrawn });
                (answer.status, 201)
            }
            State::Succeeded { .. } => (answer.status, 409),
            _ => (answer.status, 404),
        }
    }

    async fn expire(&mut self) -> (u16, u16) {
        let then = Timestamp::now() + SignedDuration::from_hours(48);
        let answer =
            self.running.bundle.invoke("expire-onboardings", &json!({"time": then.to_string()})).await.unwrap();
        let pending: Vec<_> =
            (0..self.model.made.len()).filter(|number| self.model.made[*number].state == State::Pending).collect();
        for number in &pending {
            self.model.end(*number, State::Failed);
        }
        let expired = answer["expired"].as_u64().and_then(|count| u16::try_from(count).ok()).unwrap();
        (expired, u16::try_from(pending.len()).unwrap())
    }

    async fn erase(&mut self, account: usize) -> (u16, u16) {
        let (id, erased) = self.model.accounts[account].clone();
        let gone = self.running.change(Method::DELETE, self.running.admin(), &format!("/account/{id}"), None).await;
        for number in 0..self.model.made.len() {
            if self.model.made[number].account == Some(account) {
                self.model.end(number, State::Erased);
            }
        }
        // Another one takes its place.
        let another = body(format!("{account}-{}", erased + 1));
        let id = self.running.provisioned(self.running.admin(), &another).await;
        self.model.accounts[account] = (id, erased + 1);
        (gone.status, 204)
    }
}

async fn follow(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut course = Course::new().await;
    for (n, step) in steps.iter().enumerate() {
        let (answered, expected) = course.take(step).await;
        prop_assert_eq!(answered, expected, "step {}: {:?}", n, step);
        let Course { running, model, .. } = &course;
        for made in &model.made {
            prop_assert!(settled(running, made).await, "after step {}: {:?} of {}", n, step, made.answer["id"]);
        }
        let found = running.consistent_devices().await;
        let count = |wanted: fn(State) -> bool| model.made.iter().filter(|made| wanted(made.state)).count();
        let connected = |state| matches!(state, State::Succeeded { connected: true, .. });
        prop_assert_eq!(found.live().count(), count(|state| state == State::Pending), "after step {}", n);
        prop_assert_eq!(found.connected().count(), count(connected), "after step {}: {:?}", n, step);
        prop_assert_eq!(found.requests.len(), count(|state| state != State::Erased), "after step {}: {:?}", n, step);
    }
    course.running.bundle.stop().await;
    Ok(())
}

#[test]
fn whatever_happens_to_devices_the_store_holds_what_the_model_holds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 8, rng_seed: super::seed(), ..super::config() };
    proptest!(config, |(steps in prop::collection::vec(step(), 30..60))| {
        runtime.block_on(follow(&steps))?;
    });
}
