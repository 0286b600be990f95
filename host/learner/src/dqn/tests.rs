mod errors;
mod golden;
mod learning;
mod resume;
mod scene;
