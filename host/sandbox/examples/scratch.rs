use sandbox::*; use scaling::*; use std::time::Instant;
fn cpu()->u64{std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(' ').next().unwrap().parse().unwrap()}
fn main(){
  let bytes=std::fs::read("/tmp/t-lead/wasm32-unknown-unknown/release/probe.wasm").unwrap();
  let sb=Sandbox::new(EpochClock::default()).unwrap();
  let t=Instant::now();
  let Component::Policy(c)=sb.load(&bytes,&Limits::default()).unwrap() else {panic!()};
  println!("load {:?} {:?}",t.elapsed(), c.description().name);
  let t=Instant::now();
  let mut p=c.instantiate("{}",1).unwrap();
  println!("inst {:?}",t.elapsed());
  for n in std::env::args().skip(1).map(|a|a.parse::<usize>().unwrap()){
    let mut o=Observations::missing(Timestamp::ZERO,0,(0..n as u64).map(WorkloadId).collect());
    for v in o.column_mut(Column::ReplicasDesired){*v=3.0;}
    let rows:Vec<usize>=(0..n).collect();
    let b=Batch{observations:&o,rows:&rows,explore:false,explain:false};
    for _ in 0..3 {
    let t=cpu(); let reps=4_000_000/n/10+1;
    for _ in 0..reps { let a=p.recommend(&b); assert!(a.answers[0].is_ok()); }
    println!("{n}: {:?} per call {:?} per row", (cpu()-t)/reps as u64, (cpu()-t)/(reps*n) as u64);
    }
  }
  println!("{:?}",p.usage());
}
