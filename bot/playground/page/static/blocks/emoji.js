// The names that Slack gives to emoji: those the bot uses, and common ones.

const TABLE = `
+1 👍|-1 👎|100 💯|adult 🧑|airplane ✈️|alarm_clock ⏰|ambulance 🚑|anger 💢|arrow_backward ◀️
arrow_down ⬇️|arrow_forward ▶️|arrow_left ⬅️|arrow_right ➡️|arrow_up ⬆️|arrow_up_down ↕️
arrows_clockwise 🔃|arrows_counterclockwise 🔄|art 🎨|baby 👶|bangbang ‼️|bank 🏦|bar_chart 📊
battery 🔋|beer 🍺|bell 🔔|no_bell 🔕|bike 🚲|bird 🐦|birthday 🎂|black_circle ⚫|black_heart 🖤
black_large_square ⬛|black_medium_square ◼️|black_small_square ▪️|black_square_for_stop ⏹️|blue_book 📘
blue_heart 💙|blush 😊|bomb 💣|book 📖|bookmark 🔖|books 📚|boom 💥|bow 🙇|broken_heart 💔|bug 🐛
building_construction 🏗️|bulb 💡|busts_in_silhouette 👥|bust_in_silhouette 👤|cactus 🌵|calendar 📆|call_me_hand 🤙
card_file_box 🗃️|card_index_dividers 🗂️|cat 🐱|chart_with_downwards_trend 📉|chart_with_upwards_trend 📈
checkered_flag 🏁|clap 👏|clipboard 📋|clock1 🕐|clock3 🕒|clock9 🕘|closed_book 📕|closed_lock_with_key 🔐
cloud ☁️|coffee ☕|computer 💻|confetti_ball 🎊|confused 😕|construction 🚧|cop 👮|credit_card 💳|crossed_fingers 🤞
cry 😢|crystal_ball 🔮|dart 🎯|date 📅|desktop_computer 🖥️|diamond_shape_with_a_dot_inside 💠|dizzy 💫|dog 🐶
dollar 💵|door 🚪|double_vertical_bar ⏸️|earth_africa 🌍|earth_americas 🌎|electric_plug 🔌|email 📧|envelope ✉️
envelope_with_arrow 📩|exclamation ❗|heavy_exclamation_mark ❗|eyeglasses 👓|eyes 👀|face_palm 🤦|facepunch 👊
fast_forward ⏩|file_cabinet 🗄️|file_folder 📁|fire 🔥|fire_engine 🚒|fireworks 🎆|first_place_medal 🥇|flashlight 🔦
floppy_disk 💾|flushed 😳|four_leaf_clover 🍀|gear ⚙️|gem 💎|ghost 👻|gift 🎁|globe_with_meridians 🌐|green_apple 🍏
green_book 📗|green_heart 💚|grey_exclamation ❕|grey_question ❔|grimacing 😬|grin 😁|grinning 😀|hammer 🔨
hammer_and_wrench 🛠️|handshake 🤝|heart ❤️|heart_eyes 😍|heavy_check_mark ✔️|heavy_minus_sign ➖|heavy_plus_sign ➕
heavy_multiplication_x ✖️|hourglass ⌛|hourglass_flowing_sand ⏳|house 🏠|hugging_face 🤗|inbox_tray 📥|information_source ℹ️
innocent 😇|interrobang ⁉️|joy 😂|key 🔑|keyboard ⌨️|label 🏷️|large_blue_circle 🔵|large_green_circle 🟢
large_orange_circle 🟠|large_purple_circle 🟣|large_yellow_circle 🟡|large_red_square 🟥|large_orange_square 🟧
large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|large_blue_diamond 🔷|large_orange_diamond 🔶
laughing 😆|leaves 🍃|ledger 📒|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|link 🔗|lock 🔒|lock_with_ink_pen 🔏
loud_sound 🔊|loudspeaker 📢|mag 🔍|mag_right 🔎|mailbox 📫|mailbox_with_mail 📬|mailbox_with_no_mail 📭|mega 📣
memo 📝|microscope 🔬|money_with_wings 💸|moneybag 💰|monkey_face 🐵|moon 🌔|mountain ⛰️|mouse 🐭|mute 🔇|nerd_face 🤓
neutral_face 😐|new 🆕|newspaper 📰|no_entry ⛔|no_entry_sign 🚫|notebook 📓|nut_and_bolt 🔩|octagonal_sign 🛑|ok 🆗
ok_hand 👌|open_file_folder 📂|open_hands 👐|orange_book 📙|orange_heart 🧡|outbox_tray 📤|package 📦|page_facing_up 📄
page_with_curl 📃|palm_tree 🌴|paperclip 📎|partying_face 🥳|pause_button ⏸️|peace_symbol ☮️|pencil ✏️|pencil2 ✏️|penguin 🐧
pensive 😔|person_frowning 🙍|phone ☎️|pill 💊|pizza 🍕|point_down 👇|point_left 👈|point_right 👉|point_up ☝️|pray 🙏
printer 🖨️|purple_heart 💜|pushpin 📌|puzzle_piece 🧩|jigsaw 🧩|question ❓|rabbit 🐰|radio_button 🔘|rage 😡|rainbow 🌈
raised_hand ✋|raised_hands 🙌|receipt 🧾|recycle ♻️|red_circle 🔴|relaxed ☺️|relieved 😌|repeat 🔁|rewind ⏪|robot_face 🤖
rocket 🚀|rose 🌹|rotating_light 🚨|round_pushpin 📍|runner 🏃|running 🏃|sad 😢|satellite 🛰️|satellite_antenna 📡|scissors ✂️
scroll 📜|second_place_medal 🥈|see_no_evil 🙈|seedling 🌱|shield 🛡️|ship 🚢|shopping_bags 🛍️|shopping_trolley 🛒|shrug 🤷
signal_strength 📶|skull 💀|sleeping 😴|slightly_frowning_face 🙁|slightly_smiling_face 🙂|small_blue_diamond 🔹
small_orange_diamond 🔸|smile 😄|smiley 😃|smirk 😏|snail 🐌|snowflake ❄️|sob 😭|sos 🆘|sound 🔉|sparkles ✨|sparkling_heart 💖
speaker 🔈|speech_balloon 💬|star ⭐|star2 🌟|stop_sign 🛑|stopwatch ⏱️|straight_ruler 📏|sunflower 🌻|sunglasses 😎|sunny ☀️
sunrise 🌅|sweat 😓|sweat_smile 😅|table_tennis_paddle_and_ball 🏓|tada 🎉|telephone ☎️|telescope 🔭|test_tube 🧪|thinking_face 🤔
third_place_medal 🥉|thought_balloon 💭|thumbsdown 👎|thumbsup 👍|ticket 🎫|timer_clock ⏲️|toolbox 🧰|train 🚆|triangular_flag_on_post 🚩
triangular_ruler 📐|trophy 🏆|truck 🚚|twisted_rightwards_arrows 🔀|umbrella ☔|unamused 😒|unlock 🔓|upside_down_face 🙃|v ✌️
vertical_traffic_light 🚦|video_game 🎮|warning ⚠️|wastebasket 🗑️|watch ⌚|wave 👋|wavy_dash 〰️|white_check_mark ✅
white_circle ⚪|white_heart 🤍|white_large_square ⬜|white_medium_square ◻️|white_small_square ▫️|wilted_flower 🥀|wink 😉
woman 👩|man 👨|women_holding_hands 👭|world_map 🗺️|worried 😟|wrench 🔧|writing_hand ✍️|x ❌|yellow_heart 💛|zap ⚡|zzz 💤
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣|hash #️⃣
negative_squared_cross_mark ❎|ballot_box_with_check ☑️|heavy_dollar_sign 💲|currency_exchange 💱|top 🔝|soon 🔜|end 🔚|back 🔙
information_desk_person 💁|technologist 🧑‍💻|male-technologist 👨‍💻|female-technologist 👩‍💻|factory_worker 🧑‍🏭|pirate_flag 🏴‍☠️
`;

const EMOJI = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((entry) => entry.trim().split(" ")),
);

/** The sign of that name; undefined where there is none. */
export function emoji(name) {
  return EMOJI.get(name);
}
