package app.dayfly.android.ui

import androidx.annotation.DrawableRes
import androidx.annotation.StringRes
import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.proto.Trust

// What has been checked about a member: a shape and a word for each degree. The colour only repeats them.

/** The shape for a degree of trust. */
@get:DrawableRes
internal val Trust.icon: Int
    get() = when (this) {
        Trust.NONE -> R.drawable.ic_shield_cross
        Trust.CLAIMED -> R.drawable.ic_question
        Trust.UNVERIFIED -> R.drawable.ic_shield_question
        Trust.NEW -> R.drawable.ic_shield
        Trust.KNOWN -> R.drawable.ic_history
        Trust.VERIFIED -> R.drawable.ic_verified
    }

/** The one word for it. */
@get:StringRes
internal val Trust.word: Int
    get() = when (this) {
        Trust.NONE -> R.string.trust_none
        Trust.CLAIMED -> R.string.trust_claimed
        Trust.UNVERIFIED -> R.string.trust_unverified
        Trust.NEW -> R.string.trust_new
        Trust.KNOWN -> R.string.trust_known
        Trust.VERIFIED -> R.string.trust_verified
    }

/** What the word means, in a sentence. */
@get:StringRes
internal val Trust.meaning: Int
    get() = when (this) {
        Trust.NONE -> R.string.trust_none_meaning
        Trust.CLAIMED -> R.string.trust_claimed_meaning
        Trust.UNVERIFIED -> R.string.trust_unverified_meaning
        Trust.NEW -> R.string.trust_new_meaning
        Trust.KNOWN -> R.string.trust_known_meaning
        Trust.VERIFIED -> R.string.trust_verified_meaning
    }

/** The colour that repeats what shape and word say. */
@Composable
internal fun trustInk(trust: Trust): Color = when (trust) {
    Trust.NONE -> MaterialTheme.colorScheme.error
    Trust.CLAIMED, Trust.UNVERIFIED -> DayflyTheme.more.caution
    Trust.NEW, Trust.KNOWN -> faint
    Trust.VERIFIED -> DayflyTheme.more.good
}

/** The badge beside a name: shape and word. */
@Composable
internal fun TrustBadge(trust: Trust, modifier: Modifier = Modifier) {
    val ink = trustInk(trust)
    Surface(
        modifier,
        shape = MaterialTheme.shapes.extraSmall,
        color = Color.Transparent,
        contentColor = ink,
        border = BorderStroke(1.dp, ink.copy(alpha = 0.5f)),
    ) {
        Row(
            Modifier.padding(start = 5.dp, end = 7.dp, top = 2.dp, bottom = 2.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Pict(trust.icon, Modifier.size(14.dp))
            Spacer(Modifier.width(4.dp))
            Text(stringResource(trust.word), style = MaterialTheme.typography.labelSmall)
        }
    }
}
