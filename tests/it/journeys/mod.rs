//! Journeys: the real program, a real vault and the real model in a temporary folder.
//!
//! Each test has its own home, data and temporary folders, so that nothing of the machine is read or left behind.
//! Waiting is always for a process to end; a process that does not is killed and fails the test.

mod archives;
mod audit;
mod backup;
mod clock;
mod damage;
mod folder_to_answer;
mod full;
mod instances;
mod killed;
mod locked;
mod lost;
mod mcp;
mod missing;
mod model;
mod ocr;
mod offline;
mod place;
mod planted;
mod power;
mod recorded;
mod rotated;
mod ruined;
mod syncs;
mod traced;
mod watched;
mod ways_in;
