"""The strip at the bottom: the job under way, how far it is, and the button that stops it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from gui.background import Job, JobRunner
from gui.plain_label import PlainLabel
from gui.progress import status_of

IDLE = "Ready"


class JobStrip(QFrame):
    """Follows the job runner."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobStrip")
        self._runner = runner
        self.text = PlainLabel(IDLE)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(200, 8)
        self.stop = QPushButton("Stop")
        self.stop.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 12, 4)
        layout.setSpacing(12)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.stop)
        self.setFixedHeight(40)
        self._show_idle(IDLE)
        runner.started.connect(self._follow)

    def _follow(self, job: Job) -> None:
        self.text.setText(job.title)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.setText("Stop")
        self.stop.setEnabled(True)
        self.stop.show()
        job.reported.connect(lambda event: self._show(job, event))
        job.stopping.connect(self._show_stopping)
        job.finished.connect(lambda _: self._show_idle(f"{job.title} · finished"))
        job.cancelled.connect(lambda: self._show_idle(f"{job.title} · stopped"))
        job.failed.connect(lambda _: self._show_idle(f"{job.title} · failed"))

    def _show(self, job: Job, event: object) -> None:
        status = status_of(event)
        if status is None:
            return
        self.text.setText(f"{job.title} · {status.text}")
        self.bar.setRange(0, 0 if status.share is None else 1000)
        if status.share is not None:
            self.bar.setValue(round(status.share * 1000))

    def _show_idle(self, text: str) -> None:
        self.text.setText(text)
        self.bar.hide()
        self.stop.hide()

    def _cancel(self) -> None:
        if self._runner.job is not None:
            self._runner.job.cancel()

    def _show_stopping(self) -> None:
        self.stop.setText("Stopping…")
        self.stop.setEnabled(False)
