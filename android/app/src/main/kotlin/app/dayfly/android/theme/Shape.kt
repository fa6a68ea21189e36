package app.dayfly.android.theme

import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Shapes
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp

// Shapes and spaces. A wing is what the app's own shapes have in common: three long corners and one
// short one, where the wing is held.

internal val DayflyShapes =
    Shapes(
        extraSmall = RoundedCornerShape(6.dp),
        small = RoundedCornerShape(10.dp),
        medium = RoundedCornerShape(16.dp),
        large = RoundedCornerShape(22.dp),
        extraLarge = RoundedCornerShape(30.dp),
    )

/** Buttons and fields: rounder than a box, flatter than a pill. */
internal val ButtonShape = RoundedCornerShape(14.dp)

/** What somebody else said, held at the start. */
internal val WingFromStart =
    RoundedCornerShape(topStart = 18.dp, topEnd = 18.dp, bottomEnd = 18.dp, bottomStart = 5.dp)

/** What I said, held at the end. */
internal val WingFromEnd =
    RoundedCornerShape(topStart = 18.dp, topEnd = 18.dp, bottomEnd = 5.dp, bottomStart = 18.dp)

/** Distances; a screen uses these and no others. */
internal object Space {
    val hair: Dp = 4.dp
    val small: Dp = 8.dp
    val medium: Dp = 12.dp
    val large: Dp = 16.dp
    val page: Dp = 16.dp
    val huge: Dp = 32.dp

    /** Nothing that is tapped is smaller. */
    val touch: Dp = 48.dp

    /** Lines longer than this are hard to read; wider windows have margins instead. */
    val column: Dp = 640.dp
}
