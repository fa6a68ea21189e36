// Every kind of text arrives as it was written: a character of every block of Unicode, controls,
// right-to-left text, joined emoji, combining marks, non-characters. Half a surrogate pair, which
// no UTF-8 can hold, arrives as U+FFFD from a page, and is refused from a shell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

const STEP = 0x80;
const LIMIT = 10_000;

function everyBlock() {
  const parts = [''];
  for (let point = 0; point <= 0x10ffff; point += point < 0x10000 ? STEP : STEP * 4) {
    for (const drawn of [point, point + STEP - 1]) {
      if (drawn >= 0xd800 && drawn <= 0xdfff) continue;
      const next = parts.at(-1) + String.fromCodePoint(drawn);
      if (next.length > LIMIT) parts.push(String.fromCodePoint(drawn));
      else parts[parts.length - 1] = next;
    }
  }
  return parts;
}

const TEXTS = [
  ...everyBlock(),
  Array.from({ length: 0xa0 }, (_, point) => String.fromCharCode(point)).join(''),
  'שלום عالم \u202eback\u202c \u2066isolated\u2069 \u200f\u200e',
  '👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈🇨🇭 e\u0301 Z\u0351\u036b\u0343 ﷽ \ufeff\ufffe\uffff\u{1fffe}\u{10ffff}',
  '"\\/\b\f\n\r\t\u2028\u2029 {"isTyping":true} </script>',
];

test('text of every kind passes both ways', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });

  for (const text of TEXTS) {
    const before = page.mark();
    await native.say(text);
    assert.equal((await page.until({ event: 'message' }, { since: before })).text, text);
    const since = native.mark();
    await page.call('say', text);
    assert.equal((await native.until({ event: 'message', from: paul.id }, { since })).text, text);
  }
});

test('half a surrogate pair harms nobody', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });

  await page.evaluate(() => window.rooms.at().say('high \ud83d low \ude00 end'));
  const heard = await native.until({ event: 'message', from: paul.id });
  assert.equal(heard.text, 'high \ufffd low \ufffd end');
  native.raw('{"cmd":"say","ref":"half","text":"high \\ud83d low \\ude00 end"}');
  await native.until({ event: 'error', code: 'bad_request' });
  await native.say('fine');
  await page.until({ event: 'message', text: 'fine' });
});
