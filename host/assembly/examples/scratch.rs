#![allow(warnings)]
use std::sync::atomic::AtomicBool; use std::time::Instant; use std::path::PathBuf;
fn main(){
  let args:Vec<String>=std::env::args().collect();
  let sandbox=sandbox::Sandbox::new(sandbox::EpochClock::default()).unwrap();
  let modules=assembly::Modules::new(&sandbox,sandbox::Limits::default());
  let t0=Instant::now();
  let e=assembly::Experiment::read(std::path::Path::new(&args[1]),&assembly::Options{trace:args.get(3).map(PathBuf::from),seeds:Some(args[2].parse().unwrap())}).unwrap_or_else(|e|{eprintln!("{e}");std::process::exit(1)});
  let race=e.race(&modules).unwrap_or_else(|e|{eprintln!("{e}");std::process::exit(1)});
  println!("assembled {:?}",t0.elapsed());
  let store=arena::Store::open("memory:///").unwrap();
  let c=arena::Conditions{store:&store,threads:2,stopwatch:&||t0.elapsed(),progress:&|p|println!("{:?} {:?}",t0.elapsed(),p),interrupted:&AtomicBool::new(false),facts:Default::default()};
  let o=arena::race(&race,&c).unwrap();
  println!("{:?}",t0.elapsed());
  for s in &o.results.summaries { if s.workload.is_none() { println!("{:18} {:34} {:12.4} {:?}", s.entrant,s.metric,s.estimate.iqm,s.estimate.interval.as_ref().map(|i|format!("{i:?}")));} }
  println!("{:#?}",o.results.notes); println!("{:?}",o.results.failures);
}
