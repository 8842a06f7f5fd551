/* Builds the form that DEFINITION below describes. Every wording is data: none of it is ever run. */

function build() {
  const form = FormApp.create(DEFINITION.title);
  form.setTitle(DEFINITION.title).setDescription(DEFINITION.description);
  form.setConfirmationMessage(DEFINITION.closing);
  form.setProgressBar(true).setAllowResponseEdits(false).setShowLinkToRespondAgain(false).setCollectEmail(false);
  attempt(() => form.setRequireLogin(false)); // only where the account belongs to an organisation
  const made = [];
  DEFINITION.first.forEach((question) => add(form, question, '', made));
  const choice = DEFINITION.language ? addLanguage(form, DEFINITION.language, made) : null;
  const starts = DEFINITION.branches.map((branch, place) => addBranch(form, branch, place > 0, made));
  if (choice) {
    choice.setChoices(DEFINITION.language.choices.map((text, place) => choice.createChoice(text, starts[place])));
  }
  attempt(() => form.setPublished(true)); // new forms are drafts since 2026
  return save(form, made);
}

/* The first question of a form in several languages: each answer leads to the pages of its language. */
function addLanguage(form, language, made) {
  const item = form.addMultipleChoiceItem().setTitle(language.title).setRequired(true);
  made.push(entry(item, language.id, '', language.title));
  return item;
}

/* The pages of one language; whoever has come to the end of the branch before them is done. */
function addBranch(form, branch, isLater, made) {
  let start = null;
  branch.pages.forEach((page) => {
    const pageBreak = form.addPageBreakItem().setTitle(page.title).setHelpText(page.help);
    if (start === null) {
      start = pageBreak;
      if (isLater) pageBreak.setGoToPage(FormApp.PageNavigationType.SUBMIT);
    }
    page.questions.forEach((question) => add(form, question, branch.language, made));
  });
  return start;
}

function add(form, question, language, made) {
  const item = ADDERS[question.kind](form, question);
  item.setTitle(question.title).setHelpText(question.help).setRequired(question.required);
  question.headers.forEach((header, place) => made.push(entry(item, question.ids[place], language, header)));
}

const ADDERS = {
  line: (form) => form.addTextItem(),
  text: (form) => form.addParagraphTextItem(),
  list: (form, question) => form.addListItem().setChoiceValues(question.choices),
  grid: (form, question) => form.addGridItem().setRows(question.rows).setColumns(question.choices),
  scale: (form, question) => form.addScaleItem().setBounds(question.low, question.high),
  number: (form, question) => form.addTextItem().setValidation(
    FormApp.createTextValidation().setHelpText(question.fault).requireNumberBetween(question.low, question.high).build()
  ),
  several: (form, question) => {
    const item = form.addCheckboxItem().setChoiceValues(question.choices);
    if (question.other) item.showOtherOption(true);
    if (question.atMost) {
      item.setValidation(
        FormApp.createCheckboxValidation().setHelpText(question.fault).requireSelectAtMost(question.atMost).build()
      );
    }
    return item;
  },
  single: (form, question) => {
    const item = form.addMultipleChoiceItem();
    if (question.ends) {
      const next = FormApp.PageNavigationType;
      item.setChoices(question.choices.map(
        (text) => item.createChoice(text, text === question.ends ? next.SUBMIT : next.CONTINUE)
      ));
    } else {
      item.setChoiceValues(question.choices);
    }
    if (question.other) item.showOtherOption(true);
    return item;
  },
};

function entry(item, id, language, header) {
  return { item: id, language: language, google_id: item.getId(), header: header };
}

/* Which question has which id and header, and the link of each course: a file in Drive, and the log. */
function save(form, made) {
  const map = {
    version: 1, form: DEFINITION.id, instrument: DEFINITION.instrument, google_id: form.getId(),
    edit_url: form.getEditUrl(), url: form.getPublishedUrl(), items: made, links: links(form, made),
  };
  const text = JSON.stringify(map, null, 1);
  const file = DriveApp.createFile(DEFINITION.id + '.form_map.json', text, 'application/json');
  Logger.log(text);
  Logger.log(map.edit_url + '\n' + map.url + '\n' + file.getUrl());
  return map;
}

/* A link with the course already chosen, for each course. */
function links(form, made) {
  const asked = made.find((one) => one.item === DEFINITION.course);
  if (!asked) return [];
  const item = form.getItemById(asked.google_id).asListItem();
  return DEFINITION.courses.map(([course, code]) => {
    const chosen = form.createResponse().withItemResponse(item.createResponse(code));
    return { course: course, code: code, url: chosen.toPrefilledUrl() };
  });
}

function attempt(step) {
  try {
    step();
  } catch (error) {
    Logger.log(String(error));
  }
}
