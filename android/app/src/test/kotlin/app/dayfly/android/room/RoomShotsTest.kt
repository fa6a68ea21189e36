package app.dayfly.android.room

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import app.dayfly.Delivery
import app.dayfly.RoomState
import app.dayfly.Typing
import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.Variant
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.ui.SheetContent
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.BlockKind
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.LinkTarget
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.NoticeCode
import app.dayfly.core.proto.Reaction
import app.dayfly.core.proto.RoomOp
import app.dayfly.core.proto.Trust
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Pictures of the room in its states. */
@RunWith(RobolectricTestRunner::class)
class RoomShotsTest {
    @get:Rule
    val shots = Shots()

    private fun draw(
        name: String,
        state: RoomState,
        local: Local = local(),
        draft: String = "",
        text: Texts = { plain(it) },
        variants: List<Variant> = Variant.entries,
    ) = shots.draw(name, variants) {
        Frame { RoomScreen(roomUi(state, local, mapWith(text)), Still(draft), NoExits) }
    }

    private fun piece(name: String, content: @Composable () -> Unit) = shots.draw(name, FEW) {
        Frame {
            Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.surfaceContainer) {
                Box(Modifier.padding(vertical = 16.dp), contentAlignment = Alignment.TopCenter) { content() }
            }
        }
    }

    @Test
    fun talk() = draw("room-talk", TALK.copy(typing = listOf(Typing(CLEO.id, false))), MORNING)

    @Test
    fun markup() = draw("room-markup", room(listOf(message("1", BOB, "long"))), text = { MARKUP })

    @Test
    fun states() = draw("room-states", STATES)

    @Test
    fun warnings() =
        draw("room-warnings", room(HEARSAY, listOf(BOB, TWIN), info(locked = true, ownerHere = false)), WARNED)

    @Test
    fun alone() = draw("room-alone", room(members = emptyList(), info = info(owner = ME.id)))

    @Test
    fun obstacle() {
        val told = local { copy(notices = setOf(NoticeCode.WRONG_PASSWORD)) }
        draw("room-obstacle", room(members = emptyList(), places = emptyList()), told)
    }

    @Test
    fun reply() {
        val said = listOf(message("1", BOB, "Is the oven on?"))
        draw(
            "room-reply",
            room(said, info = info(slow = 30, expire = 3_600)),
            local {
                write(null) { Writing(reply = "1", once = true) }
            },
            "Since five, @cl",
        )
    }

    @Test
    fun edit() = draw(
        "room-edit",
        room(listOf(message("1", ME, "since six"))),
        local {
            write(null) { Writing(edit = "1") }
        },
        "since five",
        variants = FEW,
    )

    @Test
    fun threads() = draw("room-threads", DIRECTS, local { copy(listed = true) })

    @Test
    fun direct() = draw("room-direct", DIRECTS, local { copy(listed = true, direct = BOB.id) })

    @Test
    fun directShut() = draw(
        "room-direct-shut",
        DIRECTS.copy(members = listOf(CLEO)),
        local {
            copy(listed = true, direct = BOB.id)
        },
        variants = FEW,
    )

    @Test
    fun over() = draw("room-removed", room().copy(ended = EndReason.REMOVED, endedBy = BOB))

    @Test
    fun menu() = piece("room-menu") {
        val row = ui(TALK).said.first { it.id == "4" }
        SheetContent { MessageSheet(row, {}, {}, {}, {}) }
    }

    @Test
    fun details() = piece("room-details") {
        detailsUi(STATES, local(), "4", WITH)?.let { SheetContent { DetailsSheet(it) } }
    }

    @Test
    fun look() = piece("room-look") {
        Box(Modifier.padding(16.dp)) {
            LookCard(LookUi("Cleo", plain("The key is under the third stone. Burn this.")), {})
        }
    }

    @Test
    fun leaving() = piece("room-leaving") {
        Box(Modifier.padding(16.dp)) { LeavingCard(LeavingUi(2), Still(""), {}) }
    }

    @Test
    fun link() = shots.draw("room-link", FEW) {
        Frame {
            LinkDialog(LinkTarget("https://example.org/reports/2026/spring?from=mail", "example.org"), {}, {}, {})
        }
    }

    @Composable
    private fun Frame(content: @Composable () -> Unit) {
        DayflyTheme { CompositionLocalProvider(LocalNow provides { NOW }, content = content) }
    }

    private companion object {
        /** Of what is made of parts that other pictures show in every way. */
        val FEW = listOf(Variant.LIGHT, Variant.LARGE)

        val TWIN = member("Bob", id = "twin", sameName = true)

        val TALK = room(
            listOf(
                message(
                    "1",
                    BOB,
                    "Morning! The first loaves are out.",
                    NOW - DAY - 40 * MINUTE,
                    reactions = listOf(Reaction("❤️", listOf("me", "cleo"))),
                ),
                message("2", CLEO, "Keep two of the dark ones for me, I am there before seven.", NOW - 12 * MINUTE),
                message(
                    "3",
                    CLEO,
                    "And @Ada: is the oven still losing heat?",
                    NOW - 12 * MINUTE + 9_000,
                    mentionsMe = true,
                ),
                message("4", ME, "A little. I turned it up at five.", NOW - 9 * MINUTE, replyTo = "3", edited = true),
                message(
                    "5",
                    ME,
                    "Two loaves, done.",
                    NOW - 9 * MINUTE + 20_000,
                    reactions = listOf(Reaction("👍", listOf("bob", "cleo")), Reaction("🎉", listOf("bob"))),
                ),
                message("6", BOB, "שלום, الخبز جاهز للتسليم", NOW - 2 * MINUTE),
            ),
            delivery = mapOf(
                "4" to delivered(BOB to DeliveryState.READ),
                "5" to delivered(BOB to DeliveryState.DELIVERED, CLEO to DeliveryState.DELIVERED),
            ),
        )

        val MORNING =
            local {
                happened(NOW - 20 * MINUTE, null, listOf(Line.Joined("Cleo", false), Line.Verified("Bob"))).copy(
                    unreadFrom = mapOf(
                        null to "6",
                    ),
                )
            }

        val STATES = room(
            listOf(
                message("1", BOB, "", NOW - 8 * MINUTE, unsent = true),
                message("2", CLEO, "", NOW - 7 * MINUTE, viewOnce = true),
                message("3", ME, "", NOW - 6 * MINUTE, viewOnce = true),
                message(
                    "4",
                    ME,
                    "Gone in a while",
                    NOW - 5 * MINUTE,
                    expiresAt = NOW + 4 * MINUTE,
                    edited = true,
                    reactions = listOf(Reaction("👀", listOf("cleo"))),
                ),
                message("5", ME, "On its way", NOW - 4 * MINUTE),
                message("6", ME, "Some have it", NOW - 3 * MINUTE),
                message("7", ME, "This one never arrived", NOW - 2 * MINUTE),
                message("8", ME, "And this one waits", NOW - MINUTE),
            ),
            delivery = mapOf(
                "3" to delivered(BOB to DeliveryState.DELIVERED, CLEO to DeliveryState.DELIVERED),
                "4" to delivered(BOB to DeliveryState.READ, CLEO to DeliveryState.DELIVERED),
                "5" to delivered(),
                "6" to delivered(BOB to DeliveryState.DELIVERED),
                "7" to Delivery(DeliveryState.FAILED),
                "8" to Delivery(DeliveryState.SENDING),
            ),
        )

        val HEARSAY = listOf(
            message("1", BOB, "We meet at the mill.", NOW - 30 * MINUTE, history = true, confirmed = false),
            message("2", TWIN, "No, at the bridge.", NOW - 9 * MINUTE, disputed = true),
            message("3", BOB, "Who is the other Bob?", NOW - 8 * MINUTE, missing = 3),
        )

        val WARNED = local {
            happened(
                NOW - 7 * MINUTE,
                null,
                listOf(
                    Line.SameName("Bob"),
                    Line.Folded("Bob", 14),
                    Line.Owner(RoomOp.SLOW, null, seconds = 30),
                    Line.Notice("Bob said different things to different people under one number."),
                ),
            )
        }

        val DIRECTS = room(
            listOf(
                message("1", BOB, "Are you alone?", NOW - 5 * MINUTE, with = BOB.id),
                message("2", ME, "Yes. What is it?", NOW - 4 * MINUTE, with = BOB.id),
                message("3", BOB, "", NOW - 3 * MINUTE, with = BOB.id, viewOnce = true),
            ),
            members = listOf(BOB, CLEO, PAGE, member("Dan", state = MemberState.BACKGROUND, trust = Trust.KNOWN)),
            delivery = mapOf("2" to Delivery(DeliveryState.DELIVERED)),
        )

        val MARKUP: List<Block> = listOf(
            block(inline("Plan for Saturday"), kind = BlockKind.Heading(2u)),
            block(
                inline("Meet at "),
                inline("six", bold = true),
                inline(", "),
                inline("not", italic = true),
                inline(" at "),
                inline("seven", strike = true),
                inline(". "),
                inline("@Cleo", mention = "Cleo"),
                inline(" has the map: "),
                inline("example.org/map", link = LinkTarget("https://example.org/map", "example.org")),
            ),
            block(inline("two crates of flour"), kind = BlockKind.Item(null), indent = 1),
            block(inline("the small scale"), kind = BlockKind.Item(null), indent = 1),
            block(inline("first the dough"), kind = BlockKind.Item(1u), indent = 1),
            block(inline("then the oven"), kind = BlockKind.Item(2u), indent = 1),
            block(inline("Bring your own cup.\nThere is coffee."), quote = 1),
            block(inline("That was a quote in a quote."), quote = 2),
            block(kind = BlockKind.Rule),
            block(
                inline("fun oven(degrees: Int) =\n    heat(degrees).until { it.isWarmEnoughForBread }"),
                kind = BlockKind.Code("kotlin"),
            ),
            block(inline("Run "), inline("oven(240)", code = true), inline(" once.")),
        )
    }
}

private typealias Texts = (String) -> List<Block>

private fun mapWith(text: Texts) = MapWith("Bakery", { words, _ -> text(words) }, NOW, ZONE)

/** Actions of a picture: nothing happens. */
private class Still(draft: String) : RoomActions {
    private val field = TextFieldState(draft)

    override fun draft(thread: MemberId?) = field

    override fun send(thread: MemberId?) = Unit

    override fun reply(thread: MemberId?, id: MessageId) = Unit

    override fun edit(thread: MemberId?, id: MessageId) = Unit

    override fun cancelMode(thread: MemberId?) = Unit

    override fun toggleOnce(thread: MemberId?) = Unit

    override fun react(id: MessageId, emoji: String, on: Boolean) = Unit

    override fun unsend(id: MessageId) = Unit

    override fun copy(text: String) = Unit

    override fun view(id: MessageId) = Unit

    override fun lookAway() = Unit

    override fun details(id: MessageId): DetailsUi? = null

    override fun seen(thread: MemberId?) = Unit

    override fun showing(thread: MemberId?, on: Boolean) = Unit

    override fun openThread(with: MemberId) = Unit

    override fun closeThread() = Unit

    override fun listThreads(on: Boolean) = Unit

    override fun leave() = Unit

    override fun leaveAnyway() = Unit

    override fun closeForAll() = Unit

    override fun stay() = Unit

    override fun wipe() = Unit

    override fun home() = Unit
}
