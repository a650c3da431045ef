import { namesOf } from './names.ts';

test('every spelling comes from the name, and the singular from the plural', () => {
  expect(namesOf('gift-cards')).toEqual({
    name: 'gift-cards',
    nameCamel: 'giftCards',
    Name: 'GiftCards',
    NAME: 'GIFT_CARDS',
    nameSnake: 'gift_cards',
    entity: 'gift-card',
    entityCamel: 'giftCard',
    Entity: 'GiftCard',
    ENTITY: 'GIFT_CARD',
    entitySnake: 'gift_card',
    entityWords: 'gift card',
    version: 'giftCardsV1',
  });
  expect(namesOf('deliveries').entity).toBe('delivery');
  expect(namesOf('loyalty', 'loyalty-point').entity).toBe('loyalty-point');
});

test.each([
  ['GiftCards', 'joined by "-", such as gift-cards'],
  ['gift_cards', 'joined by "-", such as gift-cards'],
  ['-gifts', 'joined by "-", such as gift-cards'],
  ['2fas', 'joined by "-", such as gift-cards'],
  ['', 'joined by "-", such as gift-cards'],
  ['a'.repeat(32) + 's', 'at most 32 characters'],
  ['kafka', 'kafka is reserved'],
  ['tables', 'tables is reserved'],
  ['loyalty', 'such as --entity loyalty-entry'],
])('%s is refused: %s', (name, reason) => {
  expect(() => namesOf(name, name === 'kafka' ? 'topic' : undefined)).toThrow(reason);
});

test('an entity that is a keyword is refused', () => {
  expect(() => namesOf('classes', 'class')).toThrow('class is reserved: it is a keyword of TypeScript');
});
