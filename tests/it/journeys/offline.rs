//! The real program where there is no network: everything works, and no socket is ever made but local ones.

use super::place::{Outcome, Place, finish, names};
use super::recorded::{missing, within};
use std::collections::BTreeSet;
use std::path::Path;

/// Runs its arguments in a network namespace without routes.
const WITHOUT_NETWORK: [&str; 4] = ["unshare", "--user", "--map-current-user", "--net"];
/// Writes down each socket and ring that a process and its children make.
const TRACED: [&str; 6] =
    ["strace", "--follow-forks", "--seccomp-bpf", "--trace=socket,io_uring_setup", "--signal=none", "--output"];

/// The program without a network, traced to a file.
fn run(place: &Place, args: &[&str], trace: &Path) -> Outcome {
    let front = WITHOUT_NETWORK[1..].iter().chain(&TRACED).map(Into::into).chain([trace.into()]);
    finish(&mut within(&place.command(args), WITHOUT_NETWORK[0], front), "")
}

/// Families of the sockets in a trace; `io_uring` for a ring, through which sockets could be made unseen.
fn families(trace: &str) -> BTreeSet<String> {
    let family = |line: &str| {
        let (_, after) = line.split_once("socket(")?;
        Some(after.split([',', ')']).next()?.trim().to_owned())
    };
    let ring = |line: &str| line.contains("io_uring_setup(").then(|| "io_uring".to_owned());
    trace.lines().filter_map(|line| family(line).or_else(|| ring(line))).collect()
}

#[test]
fn without_a_network_everything_works_and_every_socket_is_local() {
    let probe = [&TRACED[..], &["/dev/null"]].concat();
    for needed in [&WITHOUT_NETWORK[..], &probe] {
        if let Some(what) = missing(needed) {
            eprintln!("skipped: this machine does not let tests take the network away or trace: {what}");
            return;
        }
    }
    let place = Place::bare();
    place.write("beds.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    place.write("page.html", "<img src=\"http://example.org/pixel.png\"><p>A page that would like to be fetched.</p>");
    let docs = place.docs_text();
    let mut traced = String::new();
    let steps: [&[&str]; 4] = [
        &["init"],
        &["index", &docs, "--json"],
        &["search", "growing vegetables", "--mode", "meaning", "--json"],
        &["doctor", "--json"],
    ];
    for (index, step) in steps.into_iter().enumerate() {
        let trace = place.at(&format!("trace-{index}"));
        let outcome = run(&place, step, &trace).well();
        match step[0] {
            "index" => assert_eq!(outcome.json()["files_indexed"], 2, "{outcome:?}"),
            "search" => assert_eq!(names(&outcome.json())[0], "beds.txt"),
            _ => {}
        }
        traced.push_str(&std::fs::read_to_string(trace).unwrap());
    }
    let local = BTreeSet::from(["AF_UNIX".to_owned()]);
    assert_eq!(families(&traced), local, "its own socket was seen, and no other");
}

#[test]
fn a_socket_of_another_family_is_found_in_a_trace() {
    let trace = "12 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 9\n\
                 13 socket(AF_INET6, SOCK_DGRAM <unfinished ...>\n\
                 13 <... socket resumed>) = 4\n\
                 14 socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = -1 EPERM (Operation not permitted)\n\
                 15 io_uring_setup(8, {flags=0}) = 5\n\
                 +++ exited with 0 +++";
    let found: Vec<_> = families(trace).into_iter().collect();
    assert_eq!(found, ["AF_INET6", "AF_NETLINK", "AF_UNIX", "io_uring"]);
}
