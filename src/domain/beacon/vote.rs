use entity::{PostId, ProfileId};

use super::{Beacon, State, Vote};
use crate::{
    domain::{
        Domain, Error, Failure, RefusalCode,
        budget::{Ration, Subject},
    },
    policy::Viewer,
    store::{self, Tx},
};

impl Domain {
    /// Says that a beacon holds, or that it does not, in the place of what the viewer said before. Answers the beacon as
    /// it is then; none, when it is the report that hides it.
    ///
    /// One's own is refused where it is signed. Of an anonymous beacon nobody knows whose it is.
    pub async fn vote_beacon(&self, viewer: Viewer, id: PostId, vote: Vote) -> Result<Option<Beacon>, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        self.ration_exactly(&[(Ration::Votes, Subject::Person(me))]).await?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let beacon = self.lock_visible_beacon(&tx, viewer, (id, me)).await?;
                if beacon.author.is_some_and(|author| author.id == me) {
                    return Err(Failure::refused(RefusalCode::NotAllowed, "beaconId", "that is your own beacon"));
                }
                if State::of(&beacon.state) != State::Active {
                    return Err(Failure::refused(RefusalCode::Conflict, "beaconId", "the beacon is resolved already"));
                }
                store::geo::vote(&tx, id, me, vote.word(), self.now()).await?;
                let beacon = store::geo::by_ids(&tx, viewer, self.now(), &[id]).await?.pop();
                tx.commit().await?;
                Ok(beacon)
            })
            .await
    }

    /// Takes back what the viewer said of a beacon. Doing it again changes nothing.
    pub async fn unvote_beacon(&self, viewer: Viewer, id: PostId) -> Result<Option<Beacon>, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                self.lock_visible_beacon(&tx, viewer, (id, me)).await?;
                store::geo::unvote(&tx, id, me).await?;
                let beacon = store::geo::by_ids(&tx, viewer, self.now(), &[id]).await?.pop();
                tx.commit().await?;
                Ok(beacon)
            })
            .await
    }

    /// The lock comes first: what is read behind it is what will be voted on.
    async fn lock_visible_beacon(
        &self,
        tx: &Tx,
        viewer: Viewer,
        (id, me): (PostId, ProfileId),
    ) -> Result<Beacon, Failure> {
        store::geo::lock(tx, id, me).await?;
        let beacon = store::geo::by_ids(tx, viewer, self.now(), &[id]).await?.pop();
        beacon.ok_or_else(|| Failure::refused(RefusalCode::NotFound, "beaconId", "there is no such beacon"))
    }
}
