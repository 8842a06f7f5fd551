// A Google Forms of our own: what Apps Script's FormApp does, with the refusals that it has, and nothing kept but
// what a form is. Every method that a real item of a kind lacks is lacking here too.

const LOG = [];
const FILES = [];
const FORMS = [];

const Logger = { log: (text) => LOG.push(String(text)) };

const DriveApp = {
  createFile: (name, content, type) => {
    FILES.push({ name, content, type });
    return { getUrl: () => 'https://drive.google.com/file/d/1' };
  },
};

function text(value) {
  if (typeof value !== 'string') throw new Error('Invalid argument: not a text');
  return value;
}

function whole(value) {
  if (!Number.isInteger(value)) throw new Error('Invalid argument: not a number');
  return value;
}

function distinct(values) {
  if (!Array.isArray(values) || values.length === 0) throw new Error('Invalid argument: nothing to choose from');
  if (values.some((value) => text(value) === '')) throw new Error('Invalid argument: an empty choice');
  if (new Set(values).size < values.length) throw new Error('Invalid argument: a choice stands twice');
  return values.slice();
}

class Validation {
  constructor() { this.rule = null; this.help = ''; }
  setHelpText(help) { this.help = text(help); return this; }
  requireSelectAtMost(count) { this.rule = { atMost: whole(count) }; return this; }
  requireNumberBetween(low, high) { this.rule = { low: whole(low), high: whole(high) }; return this; }
  build() { return { rule: this.rule, help: this.help }; }
}

class Item {
  constructor(form, type) { this.form = form; this.data = { id: form.nextId(), type, title: '', help: '' }; }
  getId() { return this.data.id; }
  setTitle(title) { this.data.title = text(title); return this; }
  setHelpText(help) { this.data.help = text(help); return this; }
}

class Question extends Item {
  setRequired(required) { this.data.required = required === true; return this; }
  createResponse(response) { return { id: this.data.id, response }; }
}

class TextItem extends Question {
  setValidation(validation) { this.data.validation = validation; return this; }
}

class ListItem extends Question {
  setChoiceValues(values) { this.data.choices = distinct(values); return this; }
  createResponse(response) {
    if (!this.data.choices.includes(response)) throw new Error('Invalid response submitted to item');
    return super.createResponse(response);
  }
}

class MultipleChoiceItem extends Question {
  constructor(form, type) { super(form, type); this.data.other = false; }
  setChoiceValues(values) { this.data.choices = distinct(values); this.data.jumps = null; return this; }
  createChoice(value, jump) {
    if (jump === undefined || jump === null) throw new Error('Invalid argument: navigation');
    return { value: text(value), jump: jump.data ? jump.data.id : jump };
  }
  setChoices(choices) {
    this.data.choices = distinct(choices.map((choice) => choice.value));
    this.data.jumps = choices.map((choice) => choice.jump);
    return this;
  }
  showOtherOption(enabled) {
    if (this.data.jumps) throw new Error('Other can not be combined with navigation');
    this.data.other = enabled;
    return this;
  }
}

class CheckboxItem extends Question {
  constructor(form, type) { super(form, type); this.data.other = false; }
  setChoiceValues(values) { this.data.choices = distinct(values); return this; }
  showOtherOption(enabled) { this.data.other = enabled; return this; }
  setValidation(validation) { this.data.validation = validation; return this; }
}

class GridItem extends Question {
  setRows(rows) { this.data.rows = distinct(rows); return this; }
  setColumns(columns) { this.data.choices = distinct(columns); return this; }
}

class ScaleItem extends Question {
  setBounds(low, high) {
    if (![0, 1].includes(low) || !Number.isInteger(high) || high < 3 || high > 10) throw new Error('Invalid bounds');
    this.data.low = low;
    this.data.high = high;
    return this;
  }
}

class PageBreakItem extends Item {
  setGoToPage(jump) { this.data.jump = jump.data ? jump.data.id : jump; return this; }
}

class FormResponse {
  constructor(form) { this.form = form; this.given = []; }
  withItemResponse(given) { this.given.push(given); return this; }
  toPrefilledUrl() {
    const parts = this.given.map((one) => `entry.${one.id}=${encodeURIComponent(one.response)}`);
    return `${this.form.getPublishedUrl()}?usp=pp_url&${parts.join('&')}`;
  }
}

class Form {
  constructor(title) { this.items = []; this.data = { title: text(title), settings: {} }; }
  nextId() { return 1000 + 17 * this.items.length; }
  add(Kind, type) { const item = new Kind(this, type); this.items.push(item); return item; }
  addTextItem() { return this.add(TextItem, 'TEXT'); }
  addParagraphTextItem() { return this.add(Question, 'PARAGRAPH_TEXT'); }
  addListItem() { return this.add(ListItem, 'LIST'); }
  addMultipleChoiceItem() { return this.add(MultipleChoiceItem, 'MULTIPLE_CHOICE'); }
  addCheckboxItem() { return this.add(CheckboxItem, 'CHECKBOX'); }
  addGridItem() { return this.add(GridItem, 'GRID'); }
  addScaleItem() { return this.add(ScaleItem, 'SCALE'); }
  addPageBreakItem() { return this.add(PageBreakItem, 'PAGE_BREAK'); }
  getItemById(id) {
    const found = this.items.find((item) => item.getId() === id);
    return found && { asListItem: () => { if (!(found instanceof ListItem)) throw new Error('Type'); return found; } };
  }
  setTitle(title) { this.data.title = text(title); return this; }
  setDescription(description) { this.data.description = text(description); return this; }
  setConfirmationMessage(message) { this.data.confirmation = text(message); return this; }
  set(name, value) { this.data.settings[name] = value; return this; }
  setProgressBar(value) { return this.set('progress', value); }
  setAllowResponseEdits(value) { return this.set('edits', value); }
  setShowLinkToRespondAgain(value) { return this.set('again', value); }
  setCollectEmail(value) { return this.set('email', value); }
  setRequireLogin() { throw new Error('This form has no sign-in to require.'); }
  setPublished(value) { return this.set('published', value); }
  getId() { return 'form-1'; }
  getEditUrl() { return 'https://docs.google.com/forms/d/form-1/edit'; }
  getPublishedUrl() { return 'https://docs.google.com/forms/d/e/form-1/viewform'; }
  createResponse() { return new FormResponse(this); }
}

const FormApp = {
  PageNavigationType: { CONTINUE: 'CONTINUE', SUBMIT: 'SUBMIT', RESTART: 'RESTART', GO_TO_PAGE: 'GO_TO_PAGE' },
  create: (title) => { const form = new Form(title); FORMS.push(form); return form; },
  createCheckboxValidation: () => new Validation(),
  createTextValidation: () => new Validation(),
};

function outcome() {
  return JSON.stringify({
    files: FILES,
    log: LOG,
    forms: FORMS.map((form) => ({ ...form.data, items: form.items.map((item) => item.data) })),
  });
}
