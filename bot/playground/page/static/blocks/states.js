// What a member may enter: the state of each element, as Slack writes it in `state.values`.

const TEXT = ["value", "initial_value", false];
const OPTION = ["selected_option", "initial_option", false];
const OPTIONS = ["selected_options", "initial_options", true];

// element type → the key of its state, the key of its initial value, whether it is a list
const STATES = {
  plain_text_input: TEXT,
  email_text_input: TEXT,
  url_text_input: TEXT,
  number_input: TEXT,
  static_select: OPTION,
  external_select: OPTION,
  radio_buttons: OPTION,
  users_select: ["selected_user", "initial_user", false],
  conversations_select: ["selected_conversation", "initial_conversation", false],
  channels_select: ["selected_channel", "initial_channel", false],
  multi_static_select: OPTIONS,
  multi_external_select: OPTIONS,
  checkboxes: OPTIONS,
  multi_users_select: ["selected_users", "initial_users", true],
  multi_conversations_select: ["selected_conversations", "initial_conversations", true],
  multi_channels_select: ["selected_channels", "initial_channels", true],
  datepicker: ["selected_date", "initial_date", false],
  timepicker: ["selected_time", "initial_time", false],
  datetimepicker: ["selected_date_time", "initial_date_time", false],
};

export const isStateful = (element) => element?.type in STATES;
export const isMany = (element) => STATES[element.type][2];
export const stateKey = (element) => STATES[element.type][0];
export const stateOf = (element, value) => ({ type: element.type, [stateKey(element)]: value });
export const entered = (element, state) => state?.[stateKey(element)];

function initial(element) {
  const [, key, many] = STATES[element.type];
  return stateOf(element, element[key] ?? (many ? [] : null));
}

export function optionsIn(element) {
  const grouped = (element.option_groups ?? []).flatMap((group) => group.options ?? []);
  return [...(element.options ?? []), ...grouped];
}

/** Whether what was chosen is still on offer; menus that ask the bot cannot tell. */
function isPossible(element, state) {
  if (!element.options && !element.option_groups) return true;
  const value = entered(element, state);
  const chosen = Array.isArray(value) ? value : value ? [value] : [];
  const offered = new Set(optionsIn(element).map((option) => option.value));
  return chosen.every((option) => offered.has(option.value));
}

/** Every interactive element with the innermost block that it stands in. */
export function* placed(blocks) {
  for (const block of blocks) {
    if (block.type === "container") yield* placed(block.child_blocks ?? []);
    if (block.type === "carousel") yield* placed(block.elements ?? []);
    for (const element of elementsOf(block)) {
      if (element && "action_id" in element) yield { block, element };
    }
  }
}

function elementsOf(block) {
  if (block.type === "input") return [block.element];
  if (block.type === "section") return [block.accessory];
  if (block.type === "actions") return block.elements ?? [];
  return block.type === "card" ? (block.actions ?? []) : [];
}

export const keyOf = (block, element) => JSON.stringify([block.block_id, element.action_id]);

/**
 * The states to show: what this member changed here stays where block_id, action_id and type stay
 * and it is still on offer; else what the server says; else what the element proposes.
 */
export function statesOf(blocks, told, before, changed) {
  const values = {};
  for (const { block, element } of placed(blocks)) {
    if (!isStateful(element)) continue;
    const at = (all) => all?.[block.block_id]?.[element.action_id];
    const fits = (state) => state && state.type === element.type && isPossible(element, state);
    const mine = changed.has(keyOf(block, element)) ? at(before) : undefined;
    const state = [mine, at(told)].find(fits) ?? initial(element);
    (values[block.block_id] ??= {})[element.action_id] = state;
  }
  return values;
}
