// What those who are signed in do: vote, and make a beacon.

import assert from 'node:assert/strict';
import { newHandle } from './api.mjs';
import { open } from './browser.mjs';

const CITY = '#14/44.9778/-93.265';
const DEMO = { login: 'ada', password: 'sojorn-demo' };

export async function writingSteps({ browser, url, step }) {
  const { page, context, faults } = await open(browser, url);
  const text = `Seen by a test, ${newHandle()}`;

  await step('a wrong password is said in the form', async () => {
    await page.goto(`${url}/map${CITY}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail or handle').fill(DEMO.login);
    await page.getByLabel('Password').fill('not this one');
    await page.locator('#sign-in [type=submit]').click();
    await page.locator('#sign-in .error:not(:empty)').waitFor();
  });

  await step('the demo account signs in, and stays so when the page is loaded anew', async () => {
    await page.getByLabel('Password').fill(DEMO.password);
    await page.locator('#sign-in [type=submit]').click();
    await page.locator('.who').waitFor();
    await page.reload();
    assert.equal(await page.locator('.who').textContent(), '@ada');
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  });

  await step('a vote changes the count, and the same again takes it back', async () => {
    const targets = page.locator('.target:has(.beacon)');
    await targets.first().waitFor();
    // Not a beacon of one's own: that has no buttons.
    for (let nth = 0; ; nth += 1) {
      await targets.nth(nth).press('Enter');
      await page.locator('#panel .facts').waitFor();
      if (await page.locator('.vote.vouch').count()) break;
    }
    const vouch = page.locator('.vote.vouch');
    const state = async () => [await vouch.getAttribute('aria-pressed'), Number(await vouch.locator('.count').textContent())];
    const [pressed, count] = await state();
    const [other, step] = pressed === 'true' ? ['false', -1] : ['true', 1];
    await vouch.click();
    await page.locator(`.vote.vouch[aria-pressed=${other}]`).waitFor();
    assert.deepEqual(await state(), [other, count + step]);
    await vouch.click();
    await page.locator(`.vote.vouch[aria-pressed=${pressed}]`).waitFor();
    assert.deepEqual(await state(), [pressed, count]);
    await page.keyboard.press('Escape');
  });

  await step('signs out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  });

  await step('"Beacon here" asks to sign in first; a new account goes on from there', async () => {
    await page.locator('#beacon-here').click();
    await page.getByRole('button', { name: 'Create an account' }).click();
    const handle = newHandle();
    await page.getByLabel('Handle').fill('A');
    await page.getByLabel('E-mail').fill(`${handle}@sojorn.example`);
    await page.getByLabel('Password').fill('a long password');
    await page.locator('#sign-in [type=submit]').click();
    // What is wrong stands beside its field.
    await page.locator('#sign-in [data-error-of=handle]:not(:empty)').waitFor();
    await page.getByLabel('Handle').fill(handle);
    await page.locator('#sign-in [type=submit]').click();
    await page.locator('#placing').waitFor();
    assert.equal(await page.locator('.who').textContent(), `@${handle}`);
  });

  await step('an anonymous beacon is made, its key shown once', async () => {
    await page.mouse.click(700, 300);
    await page.getByRole('button', { name: 'Set place' }).click();
    assert.ok(await page.locator('[value=EXACT]').isDisabled());
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    await page.locator('#panel [data-error-of=body]:not(:empty)').waitFor();
    await page.getByLabel('What should others nearby know?').fill(text);
    await page.getByLabel('What is it?').selectOption('QUESTION');
    await page.getByLabel('How bad is it?').selectOption('LOW');
    await page.getByText('Block', { exact: true }).click();
    await page.getByLabel('When does it leave the map?').selectOption('30');
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    await page.locator('.key').waitFor();
    assert.ok((await page.locator('.key').textContent()).length >= 20);
    await page.getByRole('button', { name: 'Done' }).click();
    assert.equal(await page.locator('#panel .text').textContent(), text);
    assert.match(await page.locator('#panel .facts').textContent(), /Anonymous.*leaves in (29|30) min.*within about 150 m/);
  });

  await step('whoever has the key of a beacon is its maker, and does not vote', async () => {
    assert.equal(await page.locator('.votes').count(), 0);
    assert.match(await page.locator('.votes-own').textContent(), /Your beacon/);
  });

  await step('its maker ends it with the key that the tab keeps', async () => {
    await page.getByRole('button', { name: 'It is over' }).click();
    await page.locator('#panel .gone').waitFor();
    await page.keyboard.press('Escape');
  });

  await step('a place is set by the keyboard, which goes on from where it was', async () => {
    const hash = () => page.evaluate(() => location.hash);
    const before = await hash();
    await page.locator('#beacon-here').press('Enter');
    await page.locator('#placing').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction((old) => location.hash !== old, before);
    const longitude = (place) => Number(place.split('/')[2]);
    assert.ok(longitude(await hash()) > longitude(before));
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'beacon-here');
  });

  await step('what was written outlives another place, Escape and a look at a beacon', async () => {
    const body = page.getByLabel('What should others nearby know?');
    const setPlace = page.getByRole('button', { name: 'Set place' });
    await page.locator('#beacon-here').click();
    await setPlace.click();
    await body.fill('Half of a sent');
    await page.getByLabel('How bad is it?').selectOption('CRITICAL');
    await page.getByText('Anonymous', { exact: true }).click();
    await page.getByText('Exact', { exact: true }).click();
    await page.getByRole('button', { name: 'Another place' }).click();
    await setPlace.click();
    assert.equal(await body.inputValue(), 'Half of a sent');
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'beacon-here');
    await page.locator('#beacon-here').click();
    await setPlace.click();
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('#panel .facts').waitFor();
    await page.locator('#beacon-here').click();
    await setPlace.click();
    const values = await page.locator('#panel form').evaluate((form) => Object.fromEntries(new FormData(form)));
    assert.deepEqual(values, { body: 'Half of a sent', type: 'HAZARD', severity: 'CRITICAL', precision: 'EXACT', expiresInMinutes: '240' });
    await page.getByText('Anonymous', { exact: true }).click();
    await body.fill('');
    await page.keyboard.press('Escape');
  });

  await step('a signed beacon shows its author, and is deleted', async () => {
    await page.locator('#beacon-here').click();
    await page.getByRole('button', { name: 'Set place' }).click();
    await page.getByLabel('What should others nearby know?').fill(`${text}, signed`);
    await page.getByText('Anonymous', { exact: true }).click();
    await page.getByText('Exact', { exact: true }).click();
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    await page.locator('#panel .votes-own').waitFor();
    assert.match(await page.locator('#panel .facts').textContent(), /@map_.*an exact place/);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Really delete?' }).click();
    await page.locator('#panel .gone').waitFor();
  });

  await step('signing out says that the keys of beacons go, and forgets them', async () => {
    await page.locator('#beacon-here').click();
    await page.getByRole('button', { name: 'Set place' }).click();
    assert.equal(await page.getByLabel('What should others nearby know?').inputValue(), '');
    await page.getByLabel('What should others nearby know?').fill(`${text}, to be left`);
    await page.getByText('Anonymous', { exact: true }).click();
    if (!(await page.locator('[name=anonymous]').isChecked())) await page.getByText('Anonymous', { exact: true }).click();
    await page.getByLabel('When does it leave the map?').selectOption('30');
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    const key = await page.locator('.key').textContent();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#sign-in', { hasText: 'the key of an anonymous beacon' }).waitFor();
    await page.getByRole('button', { name: 'Stay' }).click();
    assert.ok(await page.locator('.who').isVisible());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out and forget' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
    // The key itself still does, for whoever has a copy.
    await page.getByText('I made it, and have its key').click();
    await page.getByLabel('Manage key').fill(key);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'It is over' }).click();
    await page.locator('#panel .gone').waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  });

  await step('writing: no error, no breach of the policy, no other host, and no place in an address', () => assert.deepEqual(faults, []));
  await context.close();
}
