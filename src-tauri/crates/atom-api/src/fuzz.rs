//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.

pub use crate::app::fuzz::{import, refused};

/// A line that came over the socket.
pub fn call(data: &[u8]) {
    if let Ok(call) = serde_json::from_slice::<crate::Call>(data) {
        let _ = serde_json::to_vec(&call);
    }
}

/// A line of another program.
pub fn rpc(data: &[u8]) {
    let _ = (crate::rpc::is_meant(data), crate::rpc::read(data).is_ok());
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_bytes_break_a_call() {
        hammer("call", 20_000, super::call);
    }

    #[test]
    fn no_bytes_break_a_request_of_another_program() {
        hammer("rpc", 20_000, super::rpc);
    }

    #[test]
    fn no_bytes_break_the_record_of_refused_attempts() {
        hammer("refused", 20_000, super::refused);
    }

    #[test]
    fn no_bytes_break_an_import() {
        hammer("import", 10_000, super::import);
    }
}
