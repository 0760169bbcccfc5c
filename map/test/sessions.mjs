// How long somebody stays signed in: through loading anew, in a copy of the tab, and when the server cannot be reached.

import assert from 'node:assert/strict';
import { open } from './browser.mjs';

const CITY = '#14/44.9778/-93.265';

export async function sessionSteps({ browser, url, step }) {
  const { page, context, faults } = await open(browser, url, { allow: (text) => /401|ERR_FAILED/.test(text) });
  const who = page.locator('.who');
  const storeSession = (change) =>
    page.evaluate((with_) => {
      const kept = JSON.parse(sessionStorage.getItem('sojorn:session'));
      sessionStorage.setItem('sojorn:session', JSON.stringify({ ...kept, session: { ...kept.session, ...with_ } }));
    }, change);

  await step('loading anew twice at once does not end the session', async () => {
    await page.goto(`${url}/map${CITY}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail or handle').fill('ada');
    await page.getByLabel('Password').fill('sojorn-demo');
    await page.locator('#sign-in [type=submit]').click();
    await who.waitFor();
    for (let nth = 0; nth < 3; nth += 1) {
      await page.reload({ waitUntil: 'commit' });
      await page.waitForTimeout(60);
    }
    await page.reload();
    await who.waitFor();
  });

  await step('a copy of the tab says so and is signed out; the tab itself stays as it is', async () => {
    const [copy] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => void window.open(location.href))]);
    await copy.locator('.toast', { hasText: 'copy of another' }).waitFor();
    assert.deepEqual(await copy.evaluate(() => Object.keys(sessionStorage)), []);
    assert.ok(await copy.getByRole('button', { name: 'Sign in' }).isVisible());
    await copy.close();
    await page.reload();
    await who.waitFor();
  });

  await step('a token that has run out is renewed before it is used', async () => {
    await storeSession({ accessTokenExpiresAt: new Date(0).toISOString() });
    const renewed = page.waitForResponse((response) => response.request().postData()?.includes('mutation Refresh'));
    await page.reload();
    assert.notEqual((await (await renewed).json()).data.refreshSession.session, null);
    await who.waitFor();
  });

  await step('an unreachable server ends no session, and is asked again later', async () => {
    await storeSession({ accessTokenExpiresAt: new Date(0).toISOString() });
    await page.route('**/graphql', (route) => route.abort());
    await page.reload();
    await page.locator('.toast.failure').waitFor();
    assert.ok(await who.isVisible());
    const renewed = page.waitForResponse((response) => response.request().postData()?.includes('mutation Refresh'), { timeout: 25_000 });
    await page.unroute('**/graphql');
    await renewed;
    assert.ok(await who.isVisible());
  });

  await step('a stream that is refused with 401 gets another token at once', async () => {
    let refusals = 0;
    await page.route('**/graphql', (route) => {
      if (route.request().headers().accept !== 'text/event-stream' || refusals > 0) return route.fallback();
      refusals += 1;
      return route.fulfill({ status: 401, json: { errors: [{ message: 'no' }] } });
    });
    const renewed = page.waitForResponse((response) => response.request().postData()?.includes('mutation Refresh'));
    const again = page.waitForRequest((request) => refusals > 0 && request.headers().accept === 'text/event-stream', { timeout: 10_000 });
    await page.reload();
    await renewed;
    await again;
    await page.unroute('**/graphql');
  });

  await step('a session that has ended elsewhere says so', async () => {
    await storeSession({ accessTokenExpiresAt: new Date(0).toISOString(), refreshToken: 'none of ours' });
    await page.reload();
    await page.locator('.toast', { hasText: 'Your session has ended' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Sign in' }).isVisible());
  });

  await step('sessions: no error, no breach of the policy, no other host', () => {
    // The browser's own word for what the test has cut.
    assert.deepEqual(faults.filter((fault) => !fault.includes('ERR_FAILED')), []);
  });
  await context.close();
}
