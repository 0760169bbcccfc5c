//! Loading together what siblings ask for one by one.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::OnceCell,
    task::{unconstrained, yield_now},
};

use crate::domain::Error;

/// Collects the keys that the fields of one level of a query ask for, and loads them at once.
///
/// A request is executed by one task, which polls all fields of a level before it waits for any of them, though not
/// always in one turn. So the first field that asks lets the task take turns until nobody has asked for a while, and
/// then loads what all have asked for. Unlike a data loader with a timer, this waits for nothing, and always takes the
/// same number of statements.
pub struct Batcher<K, V> {
    open: Mutex<Option<Arc<Batch<K, V>>>>,
}

struct Batch<K, V> {
    asked: Mutex<Asked<K>>,
    values: OnceCell<Result<HashMap<K, V>, Error>>,
}

struct Asked<K> {
    /// Each once, in the order in which they came: the same request loads the same.
    keys: Vec<K>,
    known: HashSet<K>,
    times: usize,
}

/// Turns without anybody asking after which everybody has asked. In the first, fields that were ready may still have
/// been behind the one that waits.
const QUIET_TURNS: usize = 2;

impl<K, V> Default for Batcher<K, V> {
    fn default() -> Self {
        Self { open: Mutex::new(None) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Batcher<K, V> {
    /// The value of a key. `load` gets every key of the batch, each once; it runs for one of those who ask.
    pub async fn load<F>(&self, key: K, load: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, Error>
    where
        F: Future<Output = Result<HashMap<K, V>, Error>>,
    {
        let batch = self.join(&key);
        let loaded = batch.values.get_or_init(|| async {
            batch.everybody_has_asked().await;
            self.close(&batch);
            // Copied, not taken: when the field that loads is dropped, because its parent has failed, another one that
            // waits loads again.
            let keys = lock(&batch.asked).keys.clone();
            load(keys).await
        });
        // Hundreds of fields wait for one value. Were each to pay for that from the task's budget (tokio::task::coop),
        // some would have to wait for the next turn, and come too late for the batch of the next level.
        match unconstrained(loaded).await {
            Ok(values) => Ok(values.get(&key).cloned()),
            Err(error) => Err(error.clone()),
        }
    }

    /// The open batch, with this key in it.
    fn join(&self, key: &K) -> Arc<Batch<K, V>> {
        let mut open = lock(&self.open);
        let batch = open.get_or_insert_with(|| {
            let asked = Asked { keys: Vec::new(), known: HashSet::new(), times: 0 };
            Arc::new(Batch { asked: Mutex::new(asked), values: OnceCell::new() })
        });
        let mut asked = lock(&batch.asked);
        asked.times += 1;
        if asked.known.insert(key.clone()) {
            asked.keys.push(key.clone());
        }
        drop(asked);
        Arc::clone(batch)
    }

    /// Who asks from here on begins a new batch.
    fn close(&self, batch: &Arc<Batch<K, V>>) {
        let mut open = lock(&self.open);
        if open.as_ref().is_some_and(|open| Arc::ptr_eq(open, batch)) {
            *open = None;
        }
    }
}

impl<K, V> Batch<K, V> {
    async fn everybody_has_asked(&self) {
        let (mut times, mut quiet) = (0, 0);
        while quiet < QUIET_TURNS {
            yield_now().await;
            let asked = lock(&self.asked).times;
            quiet = if asked == times { quiet + 1 } else { 0 };
            times = asked;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::{join, join_all, pending};
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_asked_for_at_once_is_loaded_once() {
        let batcher = Batcher::default();
        let loads = AtomicUsize::new(0);
        let loads = &loads;
        let ask = |key: u32| {
            batcher.load(key, move |keys: Vec<u32>| async move {
                loads.fetch_add(1, Ordering::SeqCst);
                yield_now().await;
                Ok(keys.into_iter().filter(|key| *key != 7).map(|key| (key, key * 2)).collect())
            })
        };
        for round in 1..=3 {
            let values = join_all((0..1_000).map(|key| ask(key % 500))).await;
            assert_eq!(loads.load(Ordering::SeqCst), round);
            for (key, value) in (0..1_000).zip(values) {
                let key = key % 500;
                assert_eq!(value.unwrap(), (key != 7).then_some(key * 2));
            }
        }
    }

    /// A key that counts how often two are compared.
    #[derive(Clone, Copy, Debug, Eq)]
    struct Counting(u32);

    static COMPARED: AtomicUsize = AtomicUsize::new(0);

    impl PartialEq for Counting {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.fetch_add(1, Ordering::SeqCst);
            self.0 == other.0
        }
    }

    impl Hash for Counting {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[tokio::test]
    async fn many_keys_are_not_compared_each_with_each() {
        let batcher = Batcher::default();
        let ask = |key: u32| {
            batcher.load(Counting(key), |keys: Vec<Counting>| async move {
                assert!(keys.iter().map(|key| key.0).eq(0..2_000), "in the order in which they came");
                Ok(keys.into_iter().map(|key| (key, key.0)).collect())
            })
        };
        let values = join_all((0..4_000).map(|key| ask(key % 2_000))).await;
        assert!((0..4_000).zip(values).all(|(key, value)| value.unwrap() == Some(key % 2_000)));
        let compared = COMPARED.load(Ordering::SeqCst);
        assert!(compared < 40_000, "{compared} comparisons");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_level_below_many_fields_is_loaded_once() {
        let batchers: [Batcher<usize, usize>; 4] = Default::default();
        let loads = AtomicUsize::new(0);
        let (batchers, loads) = (&batchers, &loads);
        let ask = move |level: usize, key: usize| {
            batchers[level].load(key, move |keys: Vec<usize>| async move {
                loads.fetch_add(1, Ordering::SeqCst);
                yield_now().await;
                Ok(keys.into_iter().map(|key| (key, key)).collect())
            })
        };
        // 50 fields, 40 below each, 2 below each of those, and one below each of those.
        join_all((0..50).map(|a| async move {
            ask(0, a).await.unwrap();
            join_all((0..40).map(|b| async move {
                ask(1, a * 40 + b).await.unwrap();
                join_all((0..2).map(|c| async move {
                    ask(2, a * 80 + b * 2 + c).await.unwrap();
                    ask(3, c).await.unwrap();
                }))
                .await;
            }))
            .await;
        }))
        .await;
        assert_eq!(loads.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn when_the_field_that_loads_is_dropped_another_one_loads() {
        let batcher = Batcher::<u32, u32>::default();
        let (began, loads) = (Notify::new(), AtomicUsize::new(0));
        let (batcher, began, loads) = (&batcher, &began, &loads);
        let ask = |key: u32| {
            batcher.load(key, move |keys| async move {
                if loads.fetch_add(1, Ordering::SeqCst) == 0 {
                    began.notify_one();
                    pending::<()>().await;
                }
                Ok(keys.into_iter().map(|key| (key, key * 2)).collect())
            })
        };
        let dropped = async {
            tokio::select! { _ = ask(1) => unreachable!(), () = began.notified() => {} }
        };
        let ((), kept) = join(dropped, ask(2)).await;
        assert_eq!(kept.unwrap(), Some(4));
    }

    #[tokio::test]
    async fn an_error_reaches_everybody_who_asked() {
        let batcher = Batcher::<u32, u32>::default();
        let ask = |key| batcher.load(key, |_| async { Err(Error::Unauthenticated) });
        assert!(join_all((0..3).map(ask)).await.iter().all(Result::is_err));
    }
}
