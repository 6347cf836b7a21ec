"""How much of an upload is taken off the line."""

from django.core.files.uploadhandler import FileUploadHandler

# The most that any form takes, with room to see that a file is larger: see exchange.py, pictures.py.
MOST_BYTES = 20 * 1024 * 1024


class BoundedUpload(FileUploadHandler):
    """Drops what a file has beyond the most that any form takes, so that an upload of any size costs
    neither memory nor disk. The form finds the rest too large, and the other fields keep what was typed."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= MOST_BYTES else None

    def file_complete(self, file_size):
        return None
