//! A web server on this machine that gives files, with what a download may meet: ranges, a cut in the midst, other bytes.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Files by their paths, and how they are given.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Content by path.
    pub content: HashMap<String, Vec<u8>>,
    /// The answer to each request ends after so many bytes, as when the network fails.
    pub cut_after: Option<usize>,
}

/// The server; it lives as long as the process.
pub struct Server {
    /// Its port on the loopback address.
    pub port: u16,
    files: Arc<Mutex<Files>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts it.
    ///
    /// # Panics
    /// When this machine gives no port.
    pub fn start(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on this machine");
        let port = listener.local_addr().expect("the port is known").port();
        let (files, requests) = (Arc::new(Mutex::new(files)), Arc::<Mutex<Vec<String>>>::default());
        let (given, noted) = (Arc::clone(&files), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up in the midst is no error here.
                let _ = answer(stream, &given, &noted);
            }
        });
        Self { port, files, requests }
    }

    /// Changes what it gives from now on.
    pub fn change(&self, change: impl FnOnce(&mut Files)) {
        change(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Paths that were asked for, each with the place that it was to begin at.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(mut stream: TcpStream, files: &Mutex<Files>, requests: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let range = head.lines().find_map(|line| line.strip_prefix("Range: bytes="));
    let from: usize = range.and_then(|range| range.trim_end_matches('-').parse().ok()).unwrap_or(0);
    requests.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{path} {from}"));
    let files = files.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(content) = files.content.get(&path) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    };
    let rest = content.get(from..).unwrap_or_default();
    let status = match from {
        0 => "HTTP/1.1 200 OK\r\n".to_owned(),
        _ => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{}\r\n",
            content.len() - 1,
            content.len()
        ),
    };
    stream.write_all(format!("{status}Content-Length: {}\r\n\r\n", rest.len()).as_bytes())?;
    let end = files.cut_after.map_or(rest.len(), |bytes| bytes.min(rest.len()));
    stream.write_all(rest.get(..end).unwrap_or_default())
}
