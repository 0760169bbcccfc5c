use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{ViewerPayload, follow::ProfileIdInput};
use crate::{
    domain::key::{Bundle, NewKeys},
    graphql::{
        ViewerContext,
        arguments::{id_input, viewer_context},
        error::{UserError, outcome, signed_in},
        types::{Profile, Viewer},
    },
};

/// A one-time prekey to publish.
#[derive(InputObject)]
pub struct PrekeyInput {
    /// Its number, from 0 to 16,777,215; each once.
    key_id: i32,
    /// An X25519 public key: 32 bytes in base64.
    public_key: String,
}

/// The public keys of a person.
#[derive(InputObject)]
pub struct PublishKeysInput {
    /// An Ed25519 public key: 32 bytes in base64. A new one begins anew: the one-time prekeys of the old one go.
    identity_key: String,
    /// A number of the client's for its installation, from 0 to 16,383. A new one begins anew as well.
    registration_id: i32,
    /// The number of the signed prekey, from 0 to 16,777,215.
    signed_prekey_id: i32,
    /// An X25519 public key: 32 bytes in base64.
    signed_prekey: String,
    /// The identity key's Ed25519 signature of these 32 bytes: 64 bytes in base64.
    signed_prekey_signature: String,
    /// To be handed out once each; 200 are kept at most. One that was not handed out yet is replaced by one with the same
    /// number.
    one_time_prekeys: Vec<PrekeyInput>,
}

/// A one-time prekey.
#[derive(SimpleObject)]
pub struct Prekey {
    /// Its number.
    key_id: i32,
    /// An X25519 public key: 32 bytes in base64.
    public_key: String,
}

/// A prekey that the identity key has signed.
#[derive(SimpleObject)]
pub struct SignedPrekey {
    /// Its number.
    key_id: i32,
    /// An X25519 public key: 32 bytes in base64.
    public_key: String,
    /// The identity key's Ed25519 signature of it: 64 bytes in base64.
    signature: String,
}

/// What begins an encrypted conversation with somebody.
#[derive(SimpleObject)]
pub struct KeyBundle {
    /// With whom.
    profile: Profile,
    /// An Ed25519 public key: 32 bytes in base64.
    identity_key: String,
    /// A number of the client's for its installation.
    registration_id: i32,
    /// The prekey that the identity key has signed.
    signed_prekey: SignedPrekey,
    /// A key that is handed out to nobody else; null when all are gone.
    one_time_prekey: Option<Prekey>,
}

/// The keys, or why there are none.
#[derive(SimpleObject)]
pub struct KeyBundlePayload {
    /// The keys; null when none were handed out.
    bundle: Option<KeyBundle>,
    /// Why not.
    user_errors: Vec<UserError>,
}

impl KeyBundle {
    fn new(vc: &ViewerContext, bundle: Bundle) -> Self {
        let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        Self {
            profile: Profile::new(vc.clone(), bundle.profile),
            identity_key: bundle.keys.identity_key,
            registration_id: bundle.keys.registration_id,
            signed_prekey: SignedPrekey {
                key_id: bundle.keys.signed_prekey_id,
                public_key: base64(&bundle.keys.signed_prekey),
                signature: base64(&bundle.keys.signed_prekey_signature),
            },
            one_time_prekey: bundle
                .one_time
                .map(|key| Prekey { key_id: key.key_id, public_key: base64(&key.public_key) }),
        }
    }
}

#[derive(Default)]
pub struct KeyMutation;

#[Object]
impl KeyMutation {
    /// Publishes the viewer's public keys for end-to-end encryption. One-time prekeys are added to those that are left.
    async fn publish_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The keys.")] input: PublishKeysInput,
    ) -> Result<ViewerPayload> {
        let vc = viewer_context(ctx)?;
        let keys = NewKeys {
            identity_key: input.identity_key,
            registration_id: input.registration_id,
            signed_prekey_id: input.signed_prekey_id,
            signed_prekey: input.signed_prekey,
            signature: input.signed_prekey_signature,
            one_time: input.one_time_prekeys.into_iter().map(|key| (key.key_id, key.public_key)).collect(),
        };
        let (done, user_errors) = outcome(vc.domain().publish_keys(vc.viewer(), keys).await)?;
        Ok(ViewerPayload { viewer: done.and_then(|()| Viewer::of(&vc)), user_errors })
    }

    /// Takes the keys that begin an encrypted conversation with somebody, with a one-time prekey as long as there are
    /// any.
    async fn claim_key_bundle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom.")] input: ProfileIdInput,
    ) -> Result<KeyBundlePayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let claimed = match id_input("profileId", &input.profile_id) {
            Ok(other) => vc.domain().claim_key_bundle(vc.viewer(), other, vc.once(ctx).as_ref()).await,
            Err(refused) => Err(refused),
        };
        let (bundle, user_errors) = outcome(claimed)?;
        Ok(KeyBundlePayload { bundle: bundle.map(|bundle| KeyBundle::new(&vc, bundle)), user_errors })
    }
}
