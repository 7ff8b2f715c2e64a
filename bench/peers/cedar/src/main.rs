// SPDX-License-Identifier: Apache-2.0
// The reference implementation of Cedar, called natively: as bench/bound.c, so
// that both are measured in the same way.
//
//     peer-cedar ROUNDS FOLDER
//
// Prints the median nanoseconds of a decision, and how many were allowed.
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use std::{env, fs, str::FromStr, time::Instant};

fn main() {
    let args: Vec<String> = env::args().collect();
    let rounds: usize = args[1].parse().unwrap();
    let read = |name: &str| fs::read_to_string(format!("{}/{}", args[2], name)).unwrap();
    let policies = PolicySet::from_str(&read("policies.cedar")).unwrap();
    let entities = Entities::from_json_str(&read("entities.json"), None).unwrap();
    let requests: Vec<Request> = read("requests.jsonl")
        .lines()
        .map(|line| {
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            let uid = |name: &str| EntityUid::from_str(json[name].as_str().unwrap()).unwrap();
            let context = Context::from_json_value(json["context"].clone(), None).unwrap();
            Request::new(uid("principal"), uid("action"), uid("resource"), context, None).unwrap()
        })
        .collect();
    let authorizer = Authorizer::new();
    let mut times = Vec::with_capacity(rounds * requests.len());
    let mut allowed = 0;
    for round in 0..rounds {
        for request in &requests {
            let start = Instant::now();
            let response = authorizer.is_authorized(request, &policies, &entities);
            times.push(start.elapsed().as_nanos() as u64);
            if round == 0 && response.decision() == Decision::Allow {
                allowed += 1;
            }
        }
    }
    times.sort_unstable();
    println!("{} {}", times[times.len() / 2], allowed);
}
