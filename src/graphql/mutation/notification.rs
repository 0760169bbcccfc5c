use async_graphql::{Context, ID, InputObject, Object, Result};

use super::ViewerPayload;
use crate::{
    domain::{Failure, RefusalCode, notification::Which},
    graphql::{
        arguments::{MAX_IDS, id_input, viewer_context},
        error::{outcome, signed_in},
        types::Viewer,
    },
};

/// Which notifications were read: some, or all.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// The ids, 100 at most. Those that are no notifications of the viewer's are passed over.
    ids: Option<Vec<ID>>,
    /// Whether all that there are were read.
    #[graphql(default_with = "Some(false)")]
    all: Option<bool>,
}

impl MarkNotificationsReadInput {
    fn which(self) -> Result<Which, Failure> {
        let invalid = |message: String| Failure::refused(RefusalCode::Invalid, "ids", message);
        match (self.ids, self.all.unwrap_or_default()) {
            (None, true) => Ok(Which::All),
            (Some(_), true) => Err(invalid("name the notifications or say that all were read, not both".to_owned())),
            (None, false) => Err(invalid("name the notifications, or say that all were read".to_owned())),
            (Some(ids), false) if ids.len() > MAX_IDS => {
                Err(invalid(format!("{MAX_IDS} ids at most can be marked at once")))
            }
            (Some(ids), false) => ids.iter().map(|id| id_input("ids", id)).collect::<Result<_, _>>().map(Which::Ids),
        }
    }
}

#[derive(Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks notifications of the viewer's as read. Doing it again changes nothing.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which were read.")] input: MarkNotificationsReadInput,
    ) -> Result<ViewerPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let done = match input.which() {
            Ok(which) => vc.domain().mark_notifications_read(vc.viewer(), which).await,
            Err(refused) => Err(refused),
        };
        let (done, user_errors) = outcome(done)?;
        Ok(ViewerPayload { viewer: done.and_then(|()| Viewer::of(&vc)), user_errors })
    }
}
