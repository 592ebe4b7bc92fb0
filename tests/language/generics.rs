//! Commands with parameters of their own.

use std::fmt::Debug;

use foldline::{StreamKey, prelude::*};

use crate::names::{Done, number_key};

number_key!(JarId);

#[derive(Debug, Clone, Default)]
struct Jar {
    sweets: u32,
}

#[stream(key = JarId)]
impl Jar {
    #[event]
    fn filled(&mut self, sweets: u32) {
        self.sweets += sweets;
    }
}

/// The streams struct has `K` alone: no other parameter stands in the type of a stream's field.
#[derive(Command)]
struct Watch<'a, K, L, const N: usize>
where
    K: StreamKey,
    K::State: Debug,
    L: FnMut(&str) + Send + Clone,
{
    #[stream(read)]
    key: &'a K,
    #[stream(read)]
    more: [K; 2],
    tell: L,
    label: &'a [u8; N],
}

impl<K, L, const N: usize> Decide for Watch<'_, K, L, N>
where
    K: StreamKey,
    K::State: Debug,
    L: FnMut(&str) + Send + Clone,
{
    type Error = usize;

    fn decide(&self, streams: &mut WatchStreams<K>) -> Result<(), usize> {
        let mut tell = self.tell.clone();
        tell(&format!("{:?} and {} more", &*streams.key, streams.more.len()));
        Err(self.label.len())
    }
}

#[derive(Command)]
struct Fill<'a> {
    #[stream]
    jar: &'a JarId,
}

impl Decide for Fill<'_> {
    type Error = ();

    fn decide(&self, streams: &mut FillStreams) -> Result<(), ()> {
        streams.jar.filled(3);
        Ok(())
    }
}

#[tokio::test]
async fn parameters_pass_through() -> Done {
    let kitchen = Executor::new(MemoryStore::new());
    kitchen.execute(Fill { jar: &JarId(1) }).await.map_err(|_| "filling works")?;
    let (sender, heard) = std::sync::mpsc::channel();
    let command = Watch {
        key: &JarId(1),
        more: [JarId(2), JarId(3)],
        tell: move |text: &str| sender.send(text.to_owned()).unwrap_or_default(),
        label: b"three jars",
    };
    let answer = kitchen.execute(command).await;
    assert!(matches!(answer, Err(ExecuteError::Rejected(10))), "{answer:?}");
    assert_eq!(heard.recv()?, "Jar { sweets: 3 } and 2 more");
    Ok(())
}
