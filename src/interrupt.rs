//! Ends a run before its time: what was answered stays, everything else is unknown.

use std::sync::Arc;

use tokio::sync::watch;

/// A switch that can be set once, by whoever hears of the interruption. Cloning it shares it.
#[derive(Debug, Clone)]
pub struct Interrupt {
    set: Arc<watch::Sender<bool>>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self {
            set: Arc::new(watch::Sender::new(false)),
        }
    }
}

impl Interrupt {
    /// Interrupts whatever waits for it, and what will.
    pub fn set(&self) {
        self.set.send_replace(true);
    }

    /// Whether it was set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.set.borrow()
    }

    /// Ends when it is set.
    pub async fn wait(&self) {
        // The sender lives as long as `self`, so there is always something to wait for.
        let _ = self.set.subscribe().wait_for(|set| *set).await;
    }
}
