package app.dayfly.android.phone

import android.app.Activity
import android.app.Application
import android.os.Bundle
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * Whether this app is in front: one of its activities is started, or is being made again because the
 * device was turned. It owns nothing else.
 */
internal class Presence : Application.ActivityLifecycleCallbacks {
    private var started = 0
    private var turning = false
    private val front = MutableStateFlow(false)

    /** Whether somebody can see the app. */
    val inFront: StateFlow<Boolean> = front.asStateFlow()

    override fun onActivityStarted(activity: Activity) {
        started += 1
        turning = false
        front.value = true
    }

    override fun onActivityStopped(activity: Activity) {
        started -= 1
        turning = activity.isChangingConfigurations
        front.value = started > 0 || turning
    }

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?): Unit = Unit

    override fun onActivityResumed(activity: Activity): Unit = Unit

    override fun onActivityPaused(activity: Activity): Unit = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle): Unit = Unit

    override fun onActivityDestroyed(activity: Activity): Unit = Unit
}
