mod cell;
mod episode;
mod yardsticks;

use scaling::Column;

use super::*;
