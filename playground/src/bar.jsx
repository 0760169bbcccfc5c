// The bar above GraphiQL: the name, the examples and the access token.

import { ChevronDownIcon, DropdownMenu, useEditorContext } from '@graphiql/react';
import { Fragment, useRef } from 'react';
import { flushSync } from 'react-dom';

import { examples } from './examples/index.js';
import { lookUp } from './fetcher.js';
import { setAccessToken, useSession } from './session.js';

/** Stands where no real id could be looked up. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

export function Bar() {
  return (
    <>
      <h1 className="bar-name">
        <img src="/playground/favicon.svg" alt="" width="22" height="22" />
        Sojorn <span>playground</span>
      </h1>
      <Examples />
      <Token />
    </>
  );
}

function Examples() {
  const { addTab, queryEditor, variableEditor, updateActiveTabValues } = useEditorContext({ nonNull: true });

  async function open({ query, variables, id }) {
    const values = id ? variables((await lookUp(id)) ?? NO_ID) : variables;
    const text = values ? JSON.stringify(values, null, 2) : '';
    // The new tab empties the editors while React renders it, so it must be there before they are filled.
    flushSync(addTab);
    queryEditor?.setValue(query);
    variableEditor?.setValue(text);
    updateActiveTabValues({ query, variables: text });
    // An example is of no use with its variables out of sight.
    if (text) document.querySelector('.graphiql-toggle-editor-tools[aria-label="Show editor tools"]')?.click();
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  // The focus goes to the editor that an example opens in; a menu that is only closed gives it back to its button.
  const chosen = useRef(false);

  function onCloseAutoFocus(event) {
    if (!chosen.current) return;
    chosen.current = false;
    event.preventDefault();
    queryEditor?.focus();
  }

  function choose(example) {
    chosen.current = true;
    open(example);
  }

  return (
    <DropdownMenu>
      <DropdownMenu.Button className="bar-button" type="button">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content className="bar-menu" onCloseAutoFocus={onCloseAutoFocus}>
        {examples.map((example, index) => (
          <Fragment key={example.title}>
            {example.group !== examples[index - 1]?.group && <div className="bar-menu-group">{example.group}</div>}
            <DropdownMenu.Item onSelect={() => choose(example)}>
              {example.title}
              {example.needsToken && <small>token</small>}
            </DropdownMenu.Item>
          </Fragment>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

function Token() {
  const { token, state, handle } = useSession();
  const hint = {
    out: 'Signed out',
    checking: 'Checking …',
    in: `Signed in as @${handle}`,
    refused: 'Token refused',
    unknown: 'Token not checked',
  }[state];

  return (
    <div className="bar-token">
      <output className="bar-hint" data-state={state} htmlFor="access-token">
        {hint}
      </output>
      <label htmlFor="access-token">Access token</label>
      <span className="bar-field">
        <input
          id="access-token"
          type="password"
          autoComplete="off"
          spellCheck="false"
          placeholder="none"
          title="Sent as Authorization: Bearer …, kept until this browser tab closes. Sign in with the example to fill it."
          value={token}
          onChange={(event) => setAccessToken(event.target.value)}
        />
        <button type="button" className="bar-clear" disabled={!token} onClick={() => setAccessToken('')}>
          Clear
        </button>
      </span>
    </div>
  );
}
