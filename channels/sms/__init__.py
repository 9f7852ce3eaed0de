"""Text messages: the same dialogues as numbered menus, sent through Kannel or Aliyun or shown on the terminal."""
