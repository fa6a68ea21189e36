package app.dayfly.android.scan

import android.content.ContentResolver
import android.net.Uri
import android.util.Size
import android.view.Surface
import androidx.compose.runtime.Immutable
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.core.DayflyException
import app.dayfly.core.qrRead
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.atomic.AtomicBoolean

/** What the scanner shows. */
@Immutable
internal data class ScanState(
    val view: ScanView = ScanView.ASKING,
    /** Width by height of the camera's picture, upright. */
    val aspect: Float = USUAL_ASPECT,
    /** Whether the torch is lit; nothing where there is none. */
    val torch: Boolean? = null,
    val note: ScanNote? = null,
    /** A picture is being read. */
    val busy: Boolean = false,
) {
    companion object {
        const val USUAL_ASPECT = 3f / 4f
    }
}

/** What stands where the camera's picture would be. */
internal enum class ScanView {
    /** Why the camera is needed, before the system asks. */
    ASKING,

    /** The person said no; it works without. */
    REFUSED,

    /** The system does not ask any more: only its settings can change it. */
    BLOCKED,

    /** The camera's picture. */
    LOOKING,

    /** The camera does not work. */
    FAILED,
}

/** What is said about the last thing that was looked at. */
internal enum class ScanNote {
    /** A code was read, and it is not one that this screen is for. */
    OTHER_CODE,

    /** No code was found in the picture. */
    NO_CODE,

    /** The picture could not be read. */
    NO_PICTURE,
}

/**
 * Scans until one code is what it is wanted for. It owns when the camera runs and what is said; the core
 * reads the codes. What was read is given to [take] and not kept; [take] says whether it was of use.
 */
internal class ScanModel(
    private val camera: Camera,
    private val take: (String) -> Boolean,
    private val io: CoroutineDispatcher = Dispatchers.IO,
) : ViewModel() {
    private val current = MutableStateFlow(ScanState())
    private val done = AtomicBoolean(false)
    private val offered = AtomicBoolean(false)
    private var refused: Int = 0

    /** What to draw. */
    val state: StateFlow<ScanState> = current.asStateFlow()

    init {
        viewModelScope.launch {
            camera.state.collect { now ->
                current.update {
                    it.copy(
                        aspect = now.aspect ?: it.aspect,
                        torch = now.torch,
                        view = if (now.failed && it.view == ScanView.LOOKING) ScanView.FAILED else it.view,
                    )
                }
            }
        }
    }

    /** Whether the camera is allowed, and whether the system would still ask. */
    fun permission(granted: Boolean, canAsk: Boolean, asked: Boolean) {
        current.update {
            val view = when {
                granted -> ScanView.LOOKING
                !asked -> ScanView.ASKING
                canAsk -> ScanView.REFUSED
                else -> ScanView.BLOCKED
            }
            it.copy(view = view)
        }
    }

    /** The place for the picture is there. */
    fun look(preview: Surface): Unit = camera.open(preview) { read(it) }

    /** How large that place's surface has to be. */
    fun previewSize(): Size? = camera.previewSize()

    /** It is gone. */
    fun stop(): Unit = camera.close()

    /** Lights the torch, or puts it out. */
    fun torch(): Unit = camera.torch(current.value.torch != true)

    /** Tries the camera again. */
    fun again(): Unit = current.update { it.copy(view = ScanView.LOOKING, note = null) }

    /** Reads a picture that a person chose. */
    fun picture(resolver: ContentResolver, uri: Uri) {
        current.update { it.copy(busy = true, note = null) }
        viewModelScope.launch {
            val frame = withContext(io) { Pictures.read(resolver, uri) }
            val text = frame?.let { withContext(io) { text(it) ?: text(Pictures.half(it)) } }
            current.update { it.copy(busy = false) }
            when {
                frame == null -> note(ScanNote.NO_PICTURE)
                text == null -> note(ScanNote.NO_CODE)
                else -> found(text)
            }
        }
    }

    /** What was said is read. */
    fun noted(): Unit = current.update { it.copy(note = null) }

    override fun onCleared(): Unit = camera.close()

    /** On the camera's thread. While one code is looked at by the rest of the app the others wait. */
    private fun read(frame: Frame) {
        if (done.get() || offered.get()) return
        val text = text(frame) ?: return
        // The same wrong code stays in front of the camera for many frames.
        if (text.hashCode() == refused) return
        offered.set(true)
        viewModelScope.launch {
            found(text)
            offered.set(false)
        }
    }

    private fun found(text: String) {
        if (done.get()) return
        if (take(text)) {
            done.set(true)
            camera.close()
        } else {
            refused = text.hashCode()
            note(ScanNote.OTHER_CODE)
        }
    }

    private fun note(note: ScanNote): Unit = current.update { it.copy(note = note) }

    private fun text(frame: Frame): String? = try {
        qrRead(frame.luma, frame.width.toUInt(), frame.height.toUInt(), frame.stride.toUInt())
    } catch (_: DayflyException) {
        // Most frames have no code in them.
        null
    }
}
