// SPDX-License-Identifier: Apache-2.0
// Rego by regorus, called natively: compiled for its virtual machine.
//
//     peer-regorus SECONDS FOLDER...
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};

#[path = "../../measure.rs"]
mod measure;

struct Regorus {
    vm: RegoVM,
    requests: Vec<Value>,
}

impl measure::Workload for Regorus {
    fn load(texts: &measure::Texts) -> Self {
        let allow: Rc<str> = "data.bench.allow".into();
        let data = Value::from_json_str(&texts.data).unwrap();
        let mut engine = Engine::new();
        engine
            .add_policy("policy.rego".to_string(), texts.rego.clone())
            .unwrap();
        engine.add_data(data.clone()).unwrap();
        let compiled = engine.compile_with_entrypoint(&allow).unwrap();
        let program = Compiler::compile_from_policy(&compiled, &[&allow]).unwrap();
        let mut vm = RegoVM::new_with_policy(compiled);
        vm.load_program(program);
        vm.set_data(data).unwrap();
        Regorus {
            vm,
            requests: Vec::new(),
        }
    }

    fn bind(&mut self, requests: &str) {
        let read = |line| Value::from_json_str(line).unwrap();
        self.requests = requests.lines().map(read).collect();
    }

    fn requests(&self) -> usize {
        self.requests.len()
    }

    fn permits(&mut self, request: usize) -> bool {
        self.vm.set_input(self.requests[request].clone());
        self.vm.execute().unwrap() == Value::Bool(true)
    }
}

fn main() {
    measure::main::<Regorus>();
}
