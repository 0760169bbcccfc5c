import 'graphiql/style.css';
import './playground.css';

import { GraphiQL } from 'graphiql';
import { createPortal } from 'react-dom';
import { createRoot } from 'react-dom/client';

import { Bar } from './bar.jsx';
import { examples } from './examples/index.js';
import { fetcher } from './fetcher.js';
import { storage } from './storage.js';

// Good as it stands: GraphiQL fills no variables in at first.
const first = examples.find(({ title }) => title === 'Global feed');

function Playground() {
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultTabs={[{ query: first.query }]}
      defaultQuery=""
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
      // Headers may hold a token, so they are never stored.
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <></>
      </GraphiQL.Logo>
      {createPortal(<Bar />, document.getElementById('bar'))}
    </GraphiQL>
  );
}

createRoot(document.getElementById('playground')).render(<Playground />);
