//! Loading together what siblings ask for one by one.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::OnceCell, task::yield_now};

use crate::domain::Error;

/// Collects the keys that the fields of one level of a query ask for, and loads them at once.
///
/// A request is executed by one task, which polls all fields of a level before it waits for any of them. So a field
/// that asks writes its key down and yields once; by the time that the first of them goes on, all have asked. Unlike a
/// data loader with a timer, this waits for nothing, and always takes the same number of statements.
pub struct Batcher<K, V> {
    open: Mutex<Option<Arc<Batch<K, V>>>>,
}

struct Batch<K, V> {
    keys: Mutex<Vec<K>>,
    values: OnceCell<Result<HashMap<K, V>, Error>>,
}

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
        let batch = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let batch =
                open.get_or_insert_with(|| Arc::new(Batch { keys: Mutex::new(Vec::new()), values: OnceCell::new() }));
            let mut keys = batch.keys.lock().unwrap_or_else(PoisonError::into_inner);
            if !keys.contains(&key) {
                keys.push(key.clone());
            }
            Arc::clone(batch)
        };
        yield_now().await;
        let values = batch
            .values
            .get_or_init(|| {
                // Who asks from here on begins a new batch.
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                if open.as_ref().is_some_and(|open| Arc::ptr_eq(open, &batch)) {
                    *open = None;
                }
                drop(open);
                let keys = std::mem::take(&mut *batch.keys.lock().unwrap_or_else(PoisonError::into_inner));
                load(keys)
            })
            .await;
        match values {
            Ok(values) => Ok(values.get(&key).cloned()),
            Err(error) => Err(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

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

    #[tokio::test]
    async fn an_error_reaches_everybody_who_asked() {
        let batcher = Batcher::<u32, u32>::default();
        let ask = |key| batcher.load(key, |_| async { Err(Error::Unauthenticated) });
        assert!(join_all((0..3).map(ask)).await.iter().all(Result::is_err));
    }
}
