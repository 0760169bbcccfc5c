use std::sync::Arc;

use super::{Connection, News, Refused, resume::too_much};
use crate::{
    domain::{
        Domain, Error,
        account::{Admission, Rejection},
        beacon::{Area, Filter, stored_filter},
    },
    live::{CannotSubscribe, Hub, Identity, Subscription, Wanted},
    store::{self, geo::Watch},
};

/// Why somebody is not connected.
#[derive(Clone, Debug)]
pub enum NotConnected {
    /// The token is not taken.
    Rejected(Rejection),
    /// There is no place.
    Refused(Refused),
}

impl From<Rejection> for NotConnected {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Refused> for NotConnected {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// News that keep coming.
pub struct Watching {
    domain: Arc<Domain>,
    subscription: Subscription,
}

impl Watching {
    /// The next news, and the id of the event; none any more, when the connection has to end.
    pub async fn next(&mut self) -> Option<(News, String)> {
        let delivery = self.subscription.next().await?;
        let Domain { resume, random, clock, .. } = &*self.domain;
        Some((delivery.news, resume.seal(&delivery.behind, clock.now(), random)))
    }
}

impl Domain {
    /// Connects whoever has this access token, or nobody in particular.
    pub async fn connect(&self, token: Option<&str>) -> Result<(Connection, Admission), NotConnected> {
        let Admission { viewer, session, .. } = self.admit(token).await?;
        let connection = self.hub.connect(Identity { viewer, session }).await?;
        // Again: whose session has ended between the two would not be told of it.
        Ok((connection, self.admit(token).await?))
    }

    async fn admit(&self, token: Option<&str>) -> Result<Admission, Rejection> {
        match token {
            Some(token) => self.authenticate(token).await,
            None => Ok(Admission::SIGNED_OUT),
        }
    }

    /// Everybody who is connected to this server.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Forgets events whose time is over.
    pub async fn forget_events(&self) -> Result<(), Error> {
        Ok(store::event::forget(&self.db).await?)
    }

    /// Watches the beacons of an area, from now on or from behind the event with the id `after`.
    pub async fn watch_beacons(
        self: &Arc<Self>,
        connection: &Connection,
        area: Area,
        filter: &Filter,
        after: Option<&str>,
    ) -> Result<Watching, Error> {
        let watch = Watch { area, filter: stored_filter(filter)? };
        self.watch(connection, Wanted::Beacons(watch), after).await
    }

    /// Watches the viewer's home feed.
    pub async fn watch_home_feed(
        self: &Arc<Self>,
        connection: &Connection,
        after: Option<&str>,
    ) -> Result<Watching, Error> {
        connection.identity().viewer.id().ok_or(Error::Unauthenticated)?;
        self.watch(connection, Wanted::HomeFeed, after).await
    }

    /// Watches the viewer's notifications.
    pub async fn watch_notifications(
        self: &Arc<Self>,
        connection: &Connection,
        after: Option<&str>,
    ) -> Result<Watching, Error> {
        connection.identity().viewer.id().ok_or(Error::Unauthenticated)?;
        self.watch(connection, Wanted::Notifications, after).await
    }

    async fn watch(
        self: &Arc<Self>,
        connection: &Connection,
        wanted: Wanted,
        after: Option<&str>,
    ) -> Result<Watching, Error> {
        let after = after.map(|id| self.resume.open(id, self.now())).transpose()?;
        let subscription = connection.subscribe(wanted, after).await.map_err(|error| match error {
            CannotSubscribe::Store(error) => error.into(),
            CannotSubscribe::TooMuch => too_much(),
        })?;
        Ok(Watching { domain: Arc::clone(self), subscription })
    }
}
