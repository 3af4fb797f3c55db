// What the tour says. A press in **bold** is a button's or field's name on the screen.

const say = (...lines) => () => lines.map(bold);

export const STEPS = [
  {
    id: "source",
    title: "Integration source",
    types: "/patchbay",
    why: "An integration needs a source to connect to. Make one right here in Slack.",
    press: say(
      "In any channel, type **/patchbay** and send it.",
      "Press **Create a new Integration Source**.",
      "Choose **Demo Store** from the drop-down list; the name fills itself in.",
    ),
  },
  {
    id: "authorization",
    title: "Authorization",
    copies: "store_url",
    why: "Patchbay needs your permission to read the store. You give it to the store, not to the bot.",
    press: ({ store_url }) =>
      [
        "Press **See third-party service authorizations**.",
        `Shop URL: **${store_url}**, then press **Continue**.`,
        "Press **Open Demo Store**, then **Allow** in the new tab, and come back.",
        "Press **Save**.",
      ].map(bold),
  },
  {
    id: "transfer",
    title: "Data transfer",
    why: "A source can offer many types of data. Choose the first one to transfer.",
    press: say("Choose **Customers** under Data transfer, then press **Add**."),
  },
  {
    id: "mapping",
    title: "Mapping",
    why: "Each source field goes into a field of your project; the primary key tells records apart.",
    press: say("Look through the pairs that Patchbay suggests.", "Press **Add** at the bottom to accept them."),
  },
  {
    id: "active",
    title: "Activate the transfer",
    why: "A transfer is inactive until it is mapped. Then it can be activated.",
    press: say("If it is not **Active** yet: open **⋮** beside Customers and choose **Activate**."),
  },
  {
    id: "integration",
    title: "Integration",
    why: "The integration says when to sync, what, and whom to tell.",
    press: say("Press **Create an integration**.", "Choose the integration configuration, if it is not chosen yet."),
  },
  {
    id: "updates",
    title: "Types of updates",
    why: "Records are created, updated and deleted; you choose which of these you want to receive.",
    press: say("Under **Types of updates**, tick **Deleted** as well."),
  },
  {
    id: "alert",
    title: "Email alert",
    why: "If it is ever disabled due to a large number of errors, somebody should get a mail.",
    press: say("Press **Add** under Email alert.", "Choose your e-mail address."),
  },
  {
    id: "break",
    title: "Activate, and break it",
    panel: "store",
    why: "Now let it run, and see what happens when the store falls over.",
    press: ({ synced, broken }) =>
      [
        !synced && "Press **Activate** at the bottom; the first sync starts. Watch your direct message and the Project panel.",
        synced && !broken && "The first sync is done. In the Demo Store panel, switch on **answers 500**.",
        synced && "Press **Skip an hour** three times for the warning, or **Skip a day** until it is disabled.",
        synced && "Read the direct message, the channel and the Mailbox; then **Works again**, and **Re-activate**.",
      ]
        .filter(Boolean)
        .map(bold),
  },
];

/** Words and <b>s of one line. */
function bold(line) {
  return line.split("**").map((part, at) => {
    if (at % 2 === 0) return part;
    const node = document.createElement("b");
    node.textContent = part;
    return node;
  });
}
