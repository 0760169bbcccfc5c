// Stands in for GraphiQL's preview of image addresses in an answer. It would ask other hosts for the picture, which the page's
// policy forbids and which would tell those hosts who looks at what.

export function ImagePreview() {
  return null;
}

ImagePreview.shouldRender = () => false;
