package app.dayfly.android.phone

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import app.dayfly.android.graph

/**
 * The door for links and shared text: takes the text, hands it over in memory, opens the app by an intent
 * that says nothing, and is gone. So the secret of a link is in no task's intent, from which the system
 * would keep and redeliver it, and the activity with the screens reads nothing from outside at all. It
 * draws nothing, stands in a task of its own and leaves no entry among the recent apps.
 */
internal class LinkActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val phone = graph.phone
        // Started anew by the system there is nothing to take: the text went in the first time.
        if (savedInstanceState == null) Incoming.read(intent)?.let { phone.arrivals.put(it) }
        intent = Intent()
        startActivity(phone.homeIntent())
        finish()
    }
}
