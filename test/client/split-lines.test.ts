import { expect, test } from 'vitest'
import { LineSplitter } from '../../src/client/split-lines.js'
import { fc } from '../support/fixed-random.js'

function split(...pieces: string[]): string[] {
  const splitter = new LineSplitter()
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.finish()]
}

test('lines end at newlines, the last one needs none', () => {
  expect(split('a v=1\nb v=2\r\nc v=3')).toEqual(['a v=1', 'b v=2', 'c v=3'])
})

test('empty lines and comments are left out', () => {
  expect(split('\n# a "comment\n  # another\na v=1\n\n')).toEqual(['a v=1'])
})

test('a newline inside a quoted field value belongs to the value', () => {
  expect(split('a s="x\ny",n=1 5\nb v=1')).toEqual(['a s="x\ny",n=1 5', 'b v=1'])
})

test('a quote counts only in a field value, and an escaped one never', () => {
  expect(split('a"b,t="x v=1\nc s="\\"" 1\nd v=1')).toEqual(['a"b,t="x v=1', 'c s="\\"" 1', 'd v=1'])
})

test('where the pieces are cut makes no difference', () => {
  const text = 'a s="x\ny, \\"z" 1\n# c\nb,t=\\ q v=2i 2\r\nc v="" 3'
  const whole = split(text)
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length]
      const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
      expect(split(...pieces)).toEqual(whole)
    }),
  )
})
