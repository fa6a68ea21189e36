package app.dayfly.android.nav

import androidx.lifecycle.ViewModel
import androidx.lifecycle.ViewModelProvider
import androidx.lifecycle.viewmodel.initializer
import androidx.lifecycle.viewmodel.viewModelFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The stack of screens: what is left ends, what stays stays. */
@RunWith(RobolectricTestRunner::class)
class NavigatorTest {
    private val navigator = Navigator(Screen.Home)
    private val screens
        get() = navigator.stack.value.map { it.screen }

    private class Model : ViewModel() {
        var ended = false

        override fun onCleared() {
            ended = true
        }
    }

    private fun Navigator.model(): Model =
        ViewModelProvider(stack.value.last(), viewModelFactory { initializer { Model() } })[Model::class]

    @Test
    fun whatIsLeftEndsAndWhatIsBelowDoesNot() {
        val below = navigator.model()
        navigator.go(Screen.Settings)
        val above = navigator.model()
        navigator.back()
        assertEquals(listOf(Screen.Home), screens)
        assertTrue(above.ended)
        assertFalse(below.ended)
    }

    @Test
    fun theFirstScreenIsNeverLeft() {
        navigator.back()
        assertEquals(listOf<Screen>(Screen.Home), screens)
    }

    @Test
    fun twoTapsLeadToOneScreen() {
        navigator.go(Screen.Settings)
        navigator.go(Screen.Settings)
        assertEquals(listOf(Screen.Home, Screen.Settings), screens)
    }

    @Test
    fun backToAScreenLeavesAllAboveIt() {
        navigator.go(Screen.Settings)
        navigator.go(Screen.Licences)
        val gone = navigator.model()
        navigator.backTo(Screen.Home)
        assertEquals(listOf<Screen>(Screen.Home), screens)
        assertTrue(gone.ended)
    }

    @Test
    fun backToAScreenThatIsNotThereShowsItAlone() {
        navigator.swap(Screen.Welcome)
        navigator.backTo(Screen.Home)
        assertEquals(listOf<Screen>(Screen.Home), screens)
    }

    @Test
    fun aNewScreenInPlaceOfOneEndsThatOne() {
        val gone = navigator.model()
        navigator.swap(Screen.Settings)
        assertEquals(listOf<Screen>(Screen.Settings), screens)
        assertTrue(gone.ended)
    }

    @Test
    fun whatWasScrolledIsHeldInMemoryAlone() {
        val entry = navigator.stack.value.last()
        val registry = entry.registry()
        registry.registerProvider("at") { 7 }
        entry.hold(registry)
        assertEquals(7, entry.registry().consumeRestored("at"))
    }
}
