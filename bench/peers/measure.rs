// SPDX-License-Identifier: Apache-2.0
// What peers in Rust share: the measurements of bench/bound.c, in the same way.
use std::{env, fs, hint::black_box, time::Instant};

const SAMPLES_MAX: usize = 1_000_000;
const CHECKED_MAX: usize = 100;
const CHECKING_S: u64 = 5;
const BLOCK: usize = 64;
const LONG_NS: u32 = 100_000;

/// What was loaded from a folder, with its requests.
pub trait Workload: Sized {
    fn load(texts: &Texts) -> Self;
    fn bind(&mut self, requests: &str);
    fn requests(&self) -> usize;
    fn permits(&mut self, request: usize) -> bool;
}

/// The files of a folder; empty if there is none of the name. No peer reads all.
#[allow(dead_code)]
pub struct Texts {
    pub schema: String,
    pub policies: String,
    pub entities: String,
    pub rego: String,
    pub data: String,
}

fn read(folder: &str, name: &str) -> String {
    fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default()
}

fn heap_bytes() -> usize {
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}

/// A line of /proc/self/status, such as "VmRSS:", in bytes.
fn memory_of(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kilobytes.unwrap_or(0usize) * 1024
}

fn open<W: Workload>(folder: &str, tell: bool) -> W {
    let texts = Texts {
        schema: read(folder, "schema.cedarschema"),
        policies: read(folder, "policies.cedar"),
        entities: read(folder, "entities.json"),
        rego: read(folder, "policy.rego"),
        data: read(folder, "data.json"),
    };
    let _ = fs::write("/proc/self/clear_refs", "5");
    let (heap, resident) = (heap_bytes(), memory_of("VmRSS:"));
    let start = Instant::now();
    let mut workload = W::load(&texts);
    let nanoseconds = start.elapsed().as_nanos();
    let peak = memory_of("VmHWM:").saturating_sub(resident);
    let held = heap_bytes().saturating_sub(heap);
    if tell {
        println!("load {nanoseconds}\nheld {held}\npeak {peak}");
    }
    workload.bind(&read(folder, "requests.jsonl"));
    workload
}

fn percentile(samples: &mut [u32], percent: usize) -> u32 {
    samples.sort_unstable();
    samples[samples.len() * percent / 100]
}

/// Every decision by itself, less what it costs to read the clock.
fn measure_each(seconds: f64, mut next: impl FnMut() -> bool) -> u32 {
    let mut samples = Vec::with_capacity(SAMPLES_MAX);
    for _ in 0..10000 {
        let start = Instant::now();
        samples.push(start.elapsed().as_nanos() as u32);
    }
    let clock = percentile(&mut samples, 50);
    samples.clear();
    let begin = Instant::now();
    loop {
        let start = Instant::now();
        black_box(next());
        let end = Instant::now();
        samples.push((end - start).as_nanos() as u32);
        if (end - begin).as_secs_f64() >= seconds || samples.len() == SAMPLES_MAX {
            break;
        }
    }
    println!("samples {}\nclock {}", samples.len(), clock);
    for percent in [50, 99] {
        let value = percentile(&mut samples, percent).saturating_sub(clock);
        println!("p{percent} {value}");
    }
    percentile(&mut samples, 50)
}

fn measure_blocks(seconds: f64, mut next: impl FnMut() -> bool) {
    let mut samples = Vec::with_capacity(SAMPLES_MAX);
    let begin = Instant::now();
    let mut start = begin;
    loop {
        for _ in 0..BLOCK {
            black_box(next());
        }
        let end = Instant::now();
        samples.push((end - start).as_nanos() as u32);
        if (end - begin).as_secs_f64() >= seconds || samples.len() == SAMPLES_MAX {
            break;
        }
        start = end;
    }
    println!("block {}", percentile(&mut samples, 50) / BLOCK as u32);
}

/// A letter for each decision, as far as the time goes.
fn check<W: Workload>(workloads: &mut [W]) -> String {
    let begin = Instant::now();
    let mut decisions = String::new();
    for w in workloads.iter_mut() {
        for i in 0..w.requests().min(CHECKED_MAX) {
            if begin.elapsed().as_secs() < CHECKING_S {
                decisions.push(if w.permits(i) { '1' } else { '0' });
            }
        }
    }
    decisions
}

pub fn main<W: Workload>() {
    let args: Vec<String> = env::args().collect();
    let seconds: f64 = args[1].parse().unwrap();
    let folders = args[2..].iter().enumerate();
    let mut workloads: Vec<W> = folders.map(|(i, f)| open(f, i == 0)).collect();
    println!("decisions {}", check(&mut workloads));
    let (mut at, mut request) = (0, 0);
    let mut next = || {
        let count = workloads.len();
        let w = &mut workloads[at];
        let permitted = w.permits(request);
        request += 1;
        if request == w.requests() {
            request = 0;
            at = (at + 1) % count;
        }
        permitted
    };
    if measure_each(seconds, &mut next) < LONG_NS {
        measure_blocks(seconds, &mut next);
    }
}
