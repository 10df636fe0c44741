//! The test servers' HTTP layer itself: that each fault is the fault that it says.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::http::{
    Body, ClosedPort, Fault, Matcher, Proxy, Response, Server, Times, fetch, percent_decode,
};

fn echo() -> Server {
    Server::start(|request| Response::text(200, &format!("{} {}", request.path, request.text())))
}

/// Sends one request over a connection of its own and reads until the connection ends.
fn raw(address: SocketAddr, head: &str, body: &str) -> (Vec<u8>, std::io::Result<()>) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: test\r\nX-Other: 1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).map(drop);
    (answer, ended)
}

/// The answer as text, of a connection that ended in good order.
fn text(address: SocketAddr, head: &str, body: &str) -> String {
    let (answer, ended) = raw(address, head, body);
    ended.expect("the connection ends in good order");
    String::from_utf8(answer).expect("the answer is text")
}

#[test]
fn a_handler_answers_and_the_log_remembers() {
    let server = echo();
    let answer = text(server.address(), "POST /a%20b?x=1+2&y=%C3%A9&z", "in=a%26b");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("/a%20b in=a%26b"), "{answer}");
    assert!(text(server.address(), "GET /second", "").ends_with("/second "));

    let all = server.log().all();
    let [first, second] = all.as_slice() else {
        panic!("two requests: {all:?}")
    };
    assert_eq!(
        (first.method.as_str(), first.path.as_str()),
        ("POST", "/a%20b")
    );
    assert_eq!(percent_decode(&first.path), "/a b");
    let pairs = [("x", "1 2"), ("y", "é"), ("z", "")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(first.query_pairs(), pairs);
    assert_eq!(first.form(), [("in".to_owned(), "a&b".to_owned())]);
    assert_eq!(
        first.header_names(),
        ["host", "x-other", "connection", "content-length"]
    );
    assert_eq!(first.header("x-other"), Some("1"));
    assert_eq!(second.method, "GET");

    assert_eq!(server.log().count(&Matcher::path("second")), 1);
    assert_eq!(server.log().matching(&Matcher::body("in=")).len(), 1);
    server.log().clear();
    assert_eq!(server.log().count(&Matcher::any()), 0);
}

#[test]
fn debug_output_of_a_request_holds_no_credential() {
    let server = echo();
    text(
        server.address(),
        "GET /?key=planted-secret",
        "planted-secret",
    );
    assert!(!format!("{:?}", server.log().all()).contains("planted-secret"));
}

#[test]
fn an_answer_is_overridden_for_the_requests_that_match() {
    let server = echo();
    let both = Matcher::path("/a").and(Matcher::body("x"));
    server.fault(both, Fault::status(503, "no"), Times::First(1));
    assert!(text(server.address(), "POST /a", "y").starts_with("HTTP/1.1 200"));
    assert!(text(server.address(), "POST /a", "x").starts_with("HTTP/1.1 503"));
    assert!(text(server.address(), "POST /a", "x").starts_with("HTTP/1.1 200"));

    let changed = Fault::alter(|_, response| response.with_header("x-changed", "yes"));
    server.fault(Matcher::any(), changed, Times::All);
    assert!(text(server.address(), "GET /b", "").contains("x-changed: yes"));
    server.clear_faults();
    assert!(!text(server.address(), "GET /b", "").contains("x-changed"));
}

#[test]
fn a_closed_connection_has_no_answer_and_no_error() {
    let server = echo();
    server.fault(Matcher::any(), Fault::Close, Times::All);
    let (answer, ended) = raw(server.address(), "GET /", "");
    assert_eq!(answer, b"");
    ended.expect("a FIN is no error");
}

#[test]
fn a_reset_connection_has_no_answer_and_an_error() {
    let server = echo();
    server.fault(Matcher::any(), Fault::Reset, Times::All);
    let (answer, ended) = raw(server.address(), "GET /", "");
    assert_eq!(answer, b"");
    let error = ended.expect_err("a RST is an error");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_reset_in_the_body_ends_with_an_error() {
    let server = echo();
    server.fault(Matcher::any(), Fault::ResetInBody, Times::All);
    let (answer, ended) = raw(server.address(), "GET /0123456789", "");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    // A reset may overtake what was sent before it; the whole answer never arrives.
    assert!(!answer.contains("0123456789"), "{answer}");
    let error = ended.expect_err("a RST is an error");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_truncated_body_declares_more_than_it_sends() {
    let body = Body::truncated(b"0123456789");
    let server = Server::start(move |_| Response::text(200, "").with_body(body.clone()));
    let answer = text(server.address(), "GET /", "");
    assert!(answer.contains("content-length: 10\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n01234"), "{answer}");
}

#[test]
fn a_slow_body_arrives_whole() {
    let every = Duration::from_millis(1);
    let server = Server::start(move |_| {
        let bytes = b"0123456789".to_vec();
        Response::text(200, "").with_body(Body::SlowDrip {
            bytes,
            chunk: 4,
            every,
        })
    });
    let answer = text(server.address(), "GET /", "");
    assert!(
        answer.contains("4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n"),
        "{answer}"
    );
}

#[test]
fn an_endless_body_goes_on() {
    let server =
        Server::start(|_| Response::text(200, "").with_body(Body::Endless(vec![b' '; 4096])));
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        .expect("the server reads");
    let mut much = vec![0; 4 * 1024 * 1024];
    stream.read_exact(&mut much).expect("there is always more");
}

#[test]
fn a_hanging_request_stays_open_until_the_server_ends() {
    let server = echo();
    server.fault(Matcher::path("/hang"), Fault::Hang, Times::All);
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream
        .write_all(b"GET /hang HTTP/1.1\r\nHost: test\r\n\r\n")
        .expect("the server reads");
    wait_for(&server, 1);
    // Another connection is served meanwhile.
    assert!(text(server.address(), "GET /", "").contains("200 OK"));
    stream
        .set_nonblocking(true)
        .expect("a stream can be made non-blocking");
    let error = stream
        .read(&mut [0; 1])
        .expect_err("there is nothing to read");
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    drop(server);
    stream
        .set_nonblocking(false)
        .expect("a stream can be made blocking");
    assert_eq!(
        stream.read(&mut [0; 1]).expect("the end is in good order"),
        0
    );
}

/// Waits until the server has seen so many requests.
fn wait_for(server: &Server, count: usize) {
    while server.log().count(&Matcher::any()) < count {
        std::thread::yield_now();
    }
}

#[test]
fn requests_that_wait_together_are_counted() {
    let server = echo();
    server.fault(Matcher::path("/hang"), Fault::Hang, Times::All);
    let streams: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).expect("the server listens");
            let request = b"GET /hang HTTP/1.1\r\nHost: test\r\n\r\n";
            stream.write_all(request).expect("the server reads");
            stream
        })
        .collect();
    wait_for(&server, 3);
    assert_eq!(server.log().most_at_once(), 3);
    text(server.address(), "GET /", "");
    assert_eq!(server.log().most_at_once(), 4);
    server.log().clear();
    // Those that hang still count.
    assert_eq!(server.log().most_at_once(), streams.len());
}

#[test]
fn no_answer_comes_before_its_time() {
    let server = echo();
    let latency = Duration::from_millis(20);
    server.set_latency(latency);
    server.fault(Matcher::path("/later"), Fault::Delay(latency), Times::All);
    let started = Instant::now();
    text(server.address(), "GET /", "");
    assert!(started.elapsed() >= latency);
    let started = Instant::now();
    text(server.address(), "GET /later", "");
    assert!(started.elapsed() >= 2 * latency);
}

#[test]
fn a_closed_port_refuses() {
    let closed = ClosedPort::new();
    let address = closed
        .url()
        .trim_start_matches("http://")
        .parse::<SocketAddr>();
    let error = TcpStream::connect(address.expect("the URL is an address"))
        .expect_err("nothing listens there");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
#[should_panic(expected = "the server's handler panicked: GET /boom with")]
fn a_panic_in_the_handler_fails_the_test() {
    let server = Server::start(|request| panic!("no answer for {}", request.path));
    assert!(text(server.address(), "GET /boom", "").starts_with("HTTP/1.1 500"));
}

#[test]
fn tls_is_trusted_through_its_own_authority_only() {
    let server = Server::start_tls(&[], |_| Response::text(200, "sealed"));
    let other = Server::start_tls(&[], |_| Response::text(200, "sealed"));
    let (_, body) = fetch(Some(&server), None, &server.url()).expect("the authority is trusted");
    assert_eq!(body, "sealed");
    fetch(Some(&other), None, &server.url()).expect_err("another authority is not trusted");
}

#[test]
fn a_proxy_tunnels_to_where_it_was_told() {
    let name = "accounts.google.com";
    let server = Server::start_tls(&[name], |request| Response::text(200, &request.path));
    let proxy = Proxy::start();
    proxy.route("accounts.google.com:443", server.address());
    let through = Some(proxy.url());
    let (_, body) = fetch(
        Some(&server),
        through.as_deref(),
        "https://accounts.google.com/o",
    )
    .expect("the tunnel stands");
    assert_eq!(body, "/o");
    fetch(
        Some(&server),
        through.as_deref(),
        "https://elsewhere.example/",
    )
    .expect_err("no way leads there");
    let seen: Vec<_> = proxy
        .seen()
        .into_iter()
        .map(|seen| (seen.method, seen.target))
        .collect();
    let expected = ["accounts.google.com:443", "elsewhere.example:443"];
    assert_eq!(
        seen,
        expected.map(|target| ("CONNECT".to_owned(), target.to_owned()))
    );
}

#[test]
fn a_proxy_passes_plain_requests_and_can_refuse() {
    let server = echo();
    let proxy = Proxy::start();
    proxy.route("plain.example:80", server.address());
    let through = proxy.url().replace("http://", "http://name:word@");
    let passed = fetch(None, Some(&through), "http://plain.example/p").expect("it is passed on");
    assert_eq!(passed, (200, "/p ".to_owned()));
    proxy.refuse(407);
    let refused = fetch(None, Some(&through), "http://plain.example/q").expect("the proxy answers");
    assert_eq!(refused, (407, String::new()));
    let expected = Some("Basic bmFtZTp3b3Jk");
    assert!(
        proxy
            .seen()
            .iter()
            .all(|seen| seen.authorization.as_deref() == expected)
    );
}
