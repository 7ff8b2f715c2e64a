// SPDX-License-Identifier: Apache-2.0
// The reference implementation of Cedar, called natively.
//
//     peer-cedar SECONDS FOLDER...
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, Schema,
};
use std::str::FromStr;

#[path = "../../measure.rs"]
mod measure;

struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

fn read_request(line: &str) -> Request {
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    let uid = |name: &str| EntityUid::from_str(json[name].as_str().unwrap()).unwrap();
    let context = Context::from_json_value(json["context"].clone(), None).unwrap();
    Request::new(
        uid("principal"),
        uid("action"),
        uid("resource"),
        context,
        None,
    )
    .unwrap()
}

impl measure::Workload for Cedar {
    fn load(texts: &measure::Texts) -> Self {
        let read_schema = |text: &str| Schema::from_cedarschema_str(text).unwrap().0;
        let schema = (!texts.schema.is_empty()).then(|| read_schema(&texts.schema));
        Cedar {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&texts.policies).unwrap(),
            entities: Entities::from_json_str(&texts.entities, schema.as_ref()).unwrap(),
            requests: Vec::new(),
        }
    }

    fn bind(&mut self, requests: &str) {
        self.requests = requests.lines().map(read_request).collect();
    }

    fn requests(&self) -> usize {
        self.requests.len()
    }

    fn permits(&mut self, request: usize) -> bool {
        let response =
            self.authorizer
                .is_authorized(&self.requests[request], &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}

fn main() {
    measure::main::<Cedar>();
}
