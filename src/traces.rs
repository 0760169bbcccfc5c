//! Traces, sent to a collector by OTLP where one is configured: a span for each request, its operation and its statements.
//! Spans tell kinds, names that the server has given, hashes and times; never what somebody wrote, who it was, or where.

use std::time::Duration;

use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::TracerProvider,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tokio::{runtime::Handle, task::spawn_blocking};
use tracing::{Span, Subscriber, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// How long the collector may take for spans, also when the server stops.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is on its way to the collector.
pub struct Traces(SdkTracerProvider);

/// Begins to send spans to this address, from within the runtime that is to send them.
pub fn begin<S>(endpoint: &str) -> Result<(Traces, impl Layer<S> + use<S>), Box<dyn std::error::Error>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let client = Client { client: HyperClient::with_default_connector(PATIENCE, None), runtime: Handle::current() };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()?;
    // Spans wait for each other in a bounded queue, and are sent by a thread of their own.
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder_empty().with_service_name("sojorn").build())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("sojorn"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        // Spans of ours. What is logged in them has causes, which may quote values.
        .with_filter(filter_fn(|about| about.is_span() && about.target().starts_with("sojorn")))
        .with_filter(LevelFilter::DEBUG);
    Ok((Traces(provider), layer))
}

impl Traces {
    /// Sends what is left.
    pub async fn end(self) {
        let ended = spawn_blocking(move || self.0.shutdown_with_timeout(PATIENCE)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

/// Makes a span part of the trace that a client or a proxy has begun, by its `traceparent`.
pub fn continue_from(span: &Span, traceparent: Option<&str>) {
    let Some(traceparent) = traceparent else { return };
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Given(traceparent));
    // Fails where no traces are sent.
    let _ = span.set_parent(context);
}

/// The one header that is read. What else could come along, `tracestate`, is any text of the client's.
struct Given<'a>(&'a str);

impl Extractor for Given<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// Sends by the server's own runtime what a thread outside of it wants to be sent.
#[derive(Debug)]
struct Client {
    client: HyperClient,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}
