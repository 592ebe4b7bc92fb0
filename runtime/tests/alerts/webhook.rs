use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread::{self, JoinHandle},
    time::Duration,
};

use foldline_runtime::{
    Executor, MemoryStore, PerformanceTargets,
    alerts::{Alerts, Webhook, WebhookError},
};

use crate::common::{commands::add, name};

type Done = Result<(), Box<dyn std::error::Error>>;

/// The first line of a post, and its body.
type Post = (String, String);

/// Somebody who takes one post, and says what it was.
fn postbox() -> io::Result<(String, JoinHandle<io::Result<Post>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/hooks/secret", listener.local_addr()?);
    let taken = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first)?;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.to_lowercase();
            if let Some(given) = header.strip_prefix("content-length:") {
                length = given.trim().parse().map_err(io::Error::other)?;
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")?;
        Ok((first, String::from_utf8_lossy(&body).into_owned()))
    });
    Ok((url, taken))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_a_message_that_slack_would_take() -> Done {
    let (url, taken) = postbox()?;
    let bank = Executor::new(MemoryStore::new());
    let mut targets = PerformanceTargets::default();
    targets.p50 = Some(Duration::from_nanos(1));
    let webhook = Webhook::new(&url)?;
    assert!(!format!("{webhook:?}").contains("secret"), "{webhook:?}");
    let _watching = Alerts::new().targets(targets).every(Duration::from_secs(1)).to(webhook).watch(&bank);
    while !taken.is_finished() {
        bank.execute(add(&name("a"), 1)).await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (first, body) = taken.join().expect("nobody panics there")?;
    assert_eq!(first.trim(), "POST /hooks/secret HTTP/1.1");
    let message: serde_json::Value = serde_json::from_str(&body)?;
    assert!(message["text"].as_str().is_some_and(|text| text.contains("p50 is ")), "{body}");
    assert_eq!(
        (message["alert"]["log"].as_str(), &message["alert"]["subject"]["target"]),
        (Some("memory"), &"p50".into())
    );
    Ok(())
}

#[test]
fn what_is_no_url_is_refused() {
    for url in ["", "hooks.slack.com/services", "ftp://example.com", "https://", "not a url"] {
        assert!(matches!(Webhook::new(url), Err(WebhookError::Url)), "{url}");
    }
    assert!(Webhook::new("https://hooks.slack.com/services/T0/B0/X").is_ok());
}
