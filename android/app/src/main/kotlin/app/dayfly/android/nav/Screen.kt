package app.dayfly.android.nav

import app.dayfly.android.settings.Page

/**
 * A place in the app. None of them holds a secret: what a screen shows comes from the session or from a
 * view model, so that a list of screens may be looked at by anybody.
 */
internal sealed interface Screen {
    /** Whether it may be seen in screenshots, in recents and on mirrored screens, whatever the settings. */
    val public: Boolean
        get() = false

    /** Before anything else, once: what this is, and its terms. */
    data object Welcome : Screen {
        override val public = true
    }

    /** Where one starts. */
    data object Home : Screen {
        override val public = true
    }

    /** Where a link or a code is typed, and every step from there into its room. */
    data object Join : Screen

    /** A room is on its way: it was begun on the screen below. */
    data object Opening : Screen

    /** The camera, looking for a room's code. */
    data object Scan : Screen

    /** Why links open the browser. */
    data object LinksHelp : Screen {
        override val public = true
    }

    /** What is chosen for a new native room. */
    data object OpenNative : Screen

    /** What is chosen for a new room that browsers can join. */
    data object OpenWeb : Screen

    /** Who is in the room. */
    data object Members : Screen

    /** One member, by the id of its row. */
    data class Member(val id: String) : Screen

    /** Comparing codes with one member. */
    data class Verify(val member: String) : Screen

    /** Everybody compares one code. */
    data object GroupCheck : Screen

    /** Checking somebody who stands beside. */
    data object InPerson : Screen

    /** The room's options. */
    data object RoomOptions : Screen

    /** A report on a member, begun from one of its messages if there is one. */
    data class Report(val member: String, val message: String?) : Screen

    /** The room's invite. */
    data object Invite : Screen

    /** A code to read aloud. */
    data object ShortCode : Screen

    /** An invite by one code each way, without any server. */
    data object ByHand : Screen

    /** The network in words. */
    data object Network : Screen

    /** What this network allows. */
    data object Doctor : Screen

    /** What can be set. */
    data object Settings : Screen {
        override val public = true
    }

    /** A page of the settings. */
    data class SettingsPage(val page: Page) : Screen {
        override val public
            get() = page !in setOf(Page.IDENTITY, Page.CONNECTIONS)
    }

    /** Whose work is in the app. */
    data object Licences : Screen {
        override val public = true
    }

    /** The words of one licence. */
    data class Licence(val at: Int) : Screen {
        override val public = true
    }
}
