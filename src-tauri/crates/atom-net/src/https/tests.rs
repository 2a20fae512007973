//! Against servers on this machine, one of which has a certificate.

use super::*;
use crate::Ledger;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;

const REASON: &str = "a test";

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Ledger for Notes {
    fn asked(&self, host: &str, _reason: &str, allowed: bool) -> std::result::Result<i64, String> {
        self.0.lock().unwrap().push(format!("{host} {allowed}"));
        Ok(0)
    }
    fn ended(&self, _record: i64, _sent: u64, received: u64) {
        self.0.lock().unwrap().push(format!("{received} in"));
    }
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(include_bytes!("../testing/ca.der").to_vec())).unwrap();
    roots
}

fn server_config() -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from(include_bytes!("../testing/leaf.der").to_vec())];
    let key = PrivateKeyDer::Pkcs8(include_bytes!("../testing/leaf.key.der").to_vec().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// Reads the head of a request.
fn request(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap() == 0 {
            break;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A server that gives these answers, one a connection; the requests, when it has given them.
fn server(answers: Vec<String>, secured: bool) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let answer = |answer: String| {
            let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
            if !secured {
                let asked = request(&mut stream);
                stream.write_all(answer.as_bytes()).unwrap();
                return asked;
            }
            let session = ServerConnection::new(server_config()).unwrap();
            let mut stream = StreamOwned::new(session, stream);
            let asked = request(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
            asked
        };
        answers.into_iter().map(answer).collect()
    });
    (port, thread)
}

fn https() -> Https {
    Https::trusting(roots()).unwrap()
}

fn text(mut body: Body) -> String {
    let mut text = String::new();
    body.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_file_comes_over_tls_and_is_counted() {
    let (port, server) = server(vec!["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".into()], true);
    let notes = Notes::default();
    let gate = Gate::new(false, notes.clone());
    let body = https().get(&gate, &format!("https://localhost:{port}/a/b?c=d"), 0, REASON).unwrap();
    assert_eq!(body.from(), 0);
    assert_eq!(text(body), "hello");
    let asked = server.join().unwrap().remove(0);
    assert!(asked.starts_with("GET /a/b?c=d HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("Host: localhost:{port}\r\n")) && !asked.contains("Range"), "{asked}");
    let notes = notes.0.lock().unwrap();
    assert_eq!(notes[0], "localhost true");
    assert!(notes[1].strip_suffix(" in").unwrap().parse::<u64>().unwrap() > 500, "{notes:?}");
}

#[test]
fn whom_nobody_vouches_for_is_not_believed() {
    let stranger = Https::trusting(RootCertStore::empty()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(server_config()).unwrap(), stream);
        let _ = stream.read(&mut [0; 16]);
    });
    let gate = Gate::new(false, Notes::default());
    let refused = stranger.get(&gate, &format!("https://localhost:{port}/"), 0, REASON).err().unwrap();
    assert!(matches!(&refused, Error::Io { .. }), "{refused}");
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

#[test]
fn what_was_there_before_is_not_fetched_again_if_the_other_side_can() {
    let partial = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nlo";
    let anew = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let elsewhere = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-4/5\r\nContent-Length: 4\r\n\r\nello";
    let (port, server) = server([partial, anew, elsewhere].map(str::to_owned).to_vec(), false);
    let gate = Gate::new(false, Notes::default());
    let get = || https().get(&gate, &format!("http://127.0.0.1:{port}/x"), 3, REASON);
    let body = get().unwrap();
    assert_eq!((body.from(), text(body).as_str()), (3, "lo"));
    let body = get().unwrap();
    assert_eq!((body.from(), text(body).as_str()), (0, "hello"));
    assert!(matches!(get(), Err(Error::Answer { .. })));
    assert!(server.join().unwrap().iter().all(|asked| asked.contains("Range: bytes=3-\r\n")));
}

#[test]
fn a_file_is_followed_to_where_it_lies_and_no_further_than_is_sensible() {
    let (port, first) = server(
        vec!["HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n".into(), "HTTP/1.1 200 OK\r\n\r\nhere".into()],
        false,
    );
    let notes = Notes::default();
    let gate = Gate::new(false, notes.clone());
    let body = https().get(&gate, &format!("http://127.0.0.1:{port}/here"), 0, REASON).unwrap();
    assert_eq!(text(body), "here");
    assert!(first.join().unwrap()[1].starts_with("GET /there "));
    assert_eq!(notes.0.lock().unwrap().iter().filter(|note| note.ends_with("true")).count(), 2);

    let round = "HTTP/1.1 302 Found\r\nLocation: /round\r\n\r\n".to_owned();
    let (port, _) = server(vec![round; REDIRECTIONS + 1], false);
    let endless = https().get(&gate, &format!("http://127.0.0.1:{port}/"), 0, REASON);
    assert!(matches!(endless, Err(Error::Answer { .. })));
    let (port, _) = server(vec!["HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\n\r\n".into()], false);
    assert!(matches!(https().get(&gate, &format!("http://127.0.0.1:{port}/"), 0, REASON), Err(Error::Url { .. })));
}

#[test]
fn an_answer_that_comes_in_pieces_is_put_together() {
    let pieces = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
    let broken = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nzz\r\n";
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello";
    let (port, _) = server([pieces, broken, short].map(str::to_owned).to_vec(), false);
    let gate = Gate::new(false, Notes::default());
    let get = || https().get(&gate, &format!("http://127.0.0.1:{port}/"), 0, REASON).unwrap();
    assert_eq!(text(get()), "hello");
    for _ in 0..2 {
        assert!(get().read_to_end(&mut Vec::new()).is_err());
    }
}

#[test]
fn what_is_no_good_answer_says_so_and_names_the_host() {
    for answer in [
        "",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
    ] {
        let (port, _) = server(vec![answer.to_owned()], false);
        let gate = Gate::new(false, Notes::default());
        let error = https().get(&gate, &format!("http://127.0.0.1:{port}/"), 0, REASON).err().unwrap();
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[test]
fn behind_the_air_gap_nothing_is_fetched() {
    let gate = Gate::new(true, Notes::default());
    assert!(matches!(https().get(&gate, "https://localhost:9/x", 0, REASON), Err(Error::AirGap { .. })));
}

#[test]
fn an_address_is_https_or_on_this_machine() {
    let parsed = Target::parse("https://example.org/a/b?x#part").unwrap();
    assert_eq!((parsed.host.as_str(), parsed.port, parsed.path.as_str()), ("example.org", 443, "/a/b?x"));
    assert_eq!(Target::parse("https://example.org").unwrap().path, "/");
    assert_eq!(Target::parse("http://localhost:8080/x").unwrap().port, 8080);
    for url in [
        "http://example.org/x",
        "ftp://example.org/",
        "https://",
        "https://a@b/",
        "https://a:x/",
        "https://a/b c",
        "https://a/\r\nX: y",
        "example.org",
    ] {
        assert!(matches!(Target::parse(url), Err(Error::Url { .. })), "{url}");
    }
    let here = Target::parse("https://example.org/a").unwrap();
    assert!(here.sent_to("http://127.0.0.1/x").is_err(), "not from an encrypted place to an open one");
    assert_eq!(here.sent_to("/b").unwrap().path, "/b");
    assert_eq!(here.sent_to("https://other.example/c").unwrap().host, "other.example");
}
